#!/usr/bin/env bash
# The yardstick: what Archway's main job costs without Archway. For amd64 and arm64: clone the sample project, run the
# step in alpine:latest with 100 MB, build the image, push it and read the digest, clean up; by nothing but git, podman and
# buildah. Prints the wall-clock milliseconds of each warm run.
#
#   benchmarks/baseline.sh FOLDER [sequential|parallel|both] [RUNS]
#
#   sequential   the two stages of examples/multi-arch.yaml, one after the other
#   parallel     the stage of examples/platforms.yaml on both platforms at once
#
# FOLDER takes the private settings and image stores, one store per architecture (two architectures of one tag in one
# store race for the tag); keep it between calls and the stores stay warm, remove it with:  benchmarks/baseline.sh FOLDER clean
# Needs what deploy/local/environment sets up, the local registry running. REPOSITORY is another code base to clone.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../deploy/local/common.sh"

[ $# -ge 1 ] || fail "usage: benchmarks/baseline.sh FOLDER [sequential|parallel|both|clean] [RUNS]"
folder=$(realpath -m -- "$1")
mode=${2:-both}
runs=${3:-5}
registry=localhost:$(registry_port)
repository=${REPOSITORY:-file://$ARCHWAY_HOME/git/sample.git}

# Runs its arguments with the settings and the store of one architecture.
with() {
  local arch=$1
  shift
  CONTAINERS_CONF=$folder/$arch/containers.conf CONTAINERS_STORAGE_CONF=$folder/$arch/storage.conf \
    CONTAINERS_REGISTRIES_CONF=$folder/registries.conf REGISTRY_AUTH_FILE=$folder/auth.json "$@"
}

if [ "$mode" = clean ]; then
  for arch in amd64 arm64; do
    [ -d "$folder/$arch" ] || continue
    with "$arch" podman rm -af >/dev/null
    # The store's files belong to other users inside its containers; podman removes them itself.
    with "$arch" podman rmi -af >/dev/null
    with "$arch" buildah rm -a >/dev/null
    umount "$folder/$arch/store/overlay" 2>/dev/null || true
  done
  rm -rf "$folder"
  exit 0
fi
case $mode in
  sequential | parallel) modes=("$mode") ;;
  both) modes=(sequential parallel) ;;
  *) fail "mode: $mode (expected sequential, parallel, both or clean)" ;;
esac
curl -sf -m 2 -o /dev/null "http://$registry/v2/" || fail "cannot measure: no registry answers at $registry; run deploy/local/environment"

# --- settings: the same limits and runtime as the executor's
"$checkout/deploy/local/podman" --version >/dev/null # writes the settings that are copied here
mkdir -p "$folder"
cp "$ARCHWAY_HOME/podman/registries.conf" "$ARCHWAY_HOME/podman/auth.json" "$folder"
for arch in amd64 arm64; do
  mkdir -p "$folder/$arch"
  for file in containers.conf storage.conf; do
    sed "s#$ARCHWAY_HOME/podman#$folder/$arch#" "$ARCHWAY_HOME/podman/$file" >"$folder/$arch/$file"
  done
done

# shellcheck disable=SC2016 # $(uname -m) is for the shell in the container
write_dockerfile='echo "stage runs on $(uname -m)"
cat > hello.Dockerfile <<- EOM
FROM alpine:latest AS hello
RUN echo "built on \$(uname -m)"
ENTRYPOINT ["uname", "-m"]

FROM hello AS talkative
ENTRYPOINT ["uname", "-a"]
EOM
cat hello.Dockerfile'

job() { # architecture, script, then the Dockerfile's options
  local arch=$1 script=$2 tag=$registry/my-repo/baseline:1.0-linux-$1 work digest
  shift 2
  work=$(mktemp -d "$folder/work.XXXXXX")
  git clone -q "$repository" "$work"
  with "$arch" podman run --rm --pull never --network host --memory 100m -v "$work:/harness" -w /harness docker.io/library/alpine:latest sh -c "$script"
  (cd "$work" && with "$arch" buildah bud --isolation chroot --tls-verify=false --platform "linux/$arch" "$@" -t "$tag" .)
  with "$arch" buildah push -q --tls-verify=false --digestfile "$work/digest" "$tag" "docker://$tag"
  digest=$(cat "$work/digest")
  with "$arch" buildah rmi "$tag"
  rm -rf "$work"
  [[ $digest == sha256:* ]] || fail "no digest for $tag"
}

sequential() {
  job amd64 "$write_dockerfile" -f hello.Dockerfile --target hello
  job arm64 "$write_dockerfile" -f hello.Dockerfile --target hello
}

parallel() {
  local first second
  job amd64 'sh app.sh' -f Dockerfile &
  first=$!
  job arm64 'sh app.sh' -f Dockerfile &
  second=$!
  wait "$first"
  wait "$second"
}

for arch in amd64 arm64; do
  with "$arch" podman pull -q --platform "linux/$arch" docker.io/library/alpine:latest >/dev/null
done

# In a shell of its own, where set -e holds: the first command that fails ends the run.
log=$folder/last.log
measured() {
  "$mode" >"$log" 2>&1 &
  wait $! || { tail "$log" >&2 && fail "a $mode run failed (its last lines are above, all of them in $log)"; }
}
for mode in "${modes[@]}"; do
  measured # warms up
  all=()
  for ((run = 1; run <= runs; run++)); do
    began=$(date +%s%N)
    measured
    took=$((($(date +%s%N) - began) / 1000000))
    all+=("$took")
    printf '%s run %d: %d ms\n' "$mode" "$run" "$took"
  done
  median=$(printf '%s\n' "${all[@]}" | sort -n | sed -n "$(((runs + 1) / 2))p")
  printf '%s median of %d: %d ms\n' "$mode" "$runs" "$median"
done
