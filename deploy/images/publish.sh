# shellcheck shell=bash
# Sourced by the scripts beside it, never run. Uses their $registry and $tls.

# publish NAME TAG REPOSITORY ARCH...: pushes localhost/NAME:ARCH of each architecture as one tag: an image index, or the
# image itself when there is only one architecture, for nodes that cannot choose.
publish() {
  local name=$1 tag=$2 repository=$3 arch
  shift 3
  if [ $# = 1 ]; then
    buildah push -q "$tls" "localhost/$name:$1" "docker://$registry/$repository:$tag"
  else
    buildah manifest create "localhost/$name:index" >/dev/null
    for arch in "$@"; do
      buildah manifest add "localhost/$name:index" "containers-storage:localhost/$name:$arch" >/dev/null
    done
    buildah manifest push -q --all -f oci "$tls" "localhost/$name:index" "docker://$registry/$repository:$tag" >/dev/null
  fi
  say "pushed $registry/$repository:$tag ($*)"
}
