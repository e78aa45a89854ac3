#!/usr/bin/env bash
# The yardstick: what Archway's main job costs without Archway. For amd64 and arm64: clone the sample project, run the
# multi-architecture page's Run step in alpine:latest with 100 MB, build its Dockerfile's target dev-env, push it and read
# the digest, clean up; by nothing but git, podman and buildah. Prints the wall-clock milliseconds of each warm run.
#
#   benchmarks/baseline.sh FOLDER [sequential|parallel|both] [RUNS]
#
# FOLDER takes the private settings and image stores, one store per architecture (two architectures of one tag in one
# store race for the tag); keep it between calls and the stores stay warm, remove it with:  benchmarks/baseline.sh FOLDER clean
# Needs what deploy/local/environment sets up, the local registry running. REPOSITORY is another code base to clone.
# The plain way is bud, push, rmi. Environment for the faster ways:
#   PIN=1                  name the base by its digest, never ask the registry for the tag
#   DIRECT=1               push from the build itself, read the digest from the registry
#   ISO=oci                buildah's isolation (default: chroot)
#   BNET='--network host'  buildah's network option (default: none given)
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../deploy/local/common.sh"

[ $# -ge 1 ] || fail "usage: benchmarks/baseline.sh FOLDER [sequential|parallel|both|clean] [RUNS]"
folder=$(realpath -m -- "$1")
mode=${2:-both}
runs=${3:-5}
registry=localhost:$(registry_port)
repository=${REPOSITORY:-file://$ARCHWAY_HOME/git/sample.git}
read -r -a network <<<"${BNET:-}"

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

# shellcheck disable=SC2016 # $foo and $hello are for the shell in the container
step='touch harnessDockerfileui
cat > harnessDockerfileui <<- EOM
FROM alpine:latest AS dev-env
ARG foo
RUN echo "$foo bar"
ENTRYPOINT ["pwd"]

FROM alpine:latest AS release-env
ARG hello
RUN echo "$hello world"
ENTRYPOINT ["ls"]
EOM
cat harnessDockerfileui'

declare -A base
manifest_types='application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json'

job() {
  local arch=$1 tag=$registry/my-repo/baseline:1.0-linux-$1 work digest options
  work=$(mktemp -d "$folder/work.XXXXXX")
  options=(--isolation "${ISO:-chroot}" "${network[@]}" --tls-verify=false --platform "linux/$arch" --target dev-env -f "$work/harnessDockerfileui")
  if [ -n "${PIN:-}" ]; then
    options+=(--pull-never --build-context "alpine:latest=docker-image://${base[$arch]}")
  fi
  git clone -q "$repository" "$work"
  with "$arch" podman run --rm --pull never --network host --memory 100m -v "$work:/harness" -w /harness "${base[$arch]}" sh -c "$step"
  if [ -n "${DIRECT:-}" ]; then
    with "$arch" buildah bud "${options[@]}" -t "docker://$tag" "$work"
    digest=$(curl -sfI -H "Accept: $manifest_types" "http://$registry/v2/my-repo/baseline/manifests/1.0-linux-$arch" \
      | tr -d '\r' | awk 'tolower($1) == "docker-content-digest:" { print $2 }')
  else
    with "$arch" buildah bud "${options[@]}" -t "$tag" "$work"
    with "$arch" buildah push -q --tls-verify=false --digestfile "$work/digest" "$tag" "docker://$tag"
    digest=$(cat "$work/digest")
    with "$arch" buildah rmi "$tag"
  fi
  rm -rf "$work"
  [[ $digest == sha256:* ]] || fail "no digest for $tag"
}

sequential() {
  job amd64
  job arm64
}

parallel() {
  local first second
  job amd64 &
  first=$!
  job arm64 &
  second=$!
  wait "$first"
  wait "$second"
}

for arch in amd64 arm64; do
  with "$arch" podman pull -q --platform "linux/$arch" docker.io/library/alpine:latest >/dev/null
  base[$arch]=docker.io/library/alpine@$(with "$arch" podman image inspect --format '{{.Digest}}' docker.io/library/alpine:latest)
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
