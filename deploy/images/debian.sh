# shellcheck shell=bash
# Sourced by the scripts beside it, never run: images of Debian's packages, of any architecture. Uses their $work.

# private_store: buildah works in $work alone.
private_store() {
  export CONTAINERS_STORAGE_CONF=$work/storage.conf
  printf '[storage]\ndriver = "vfs"\ngraphroot = "%s/store"\nrunroot = "%s/run"\n' "$work" "$work" >"$CONTAINERS_STORAGE_CONF"
}

# packages ARCH PACKAGE...: fetches them and what they depend on; prints the files. A private apt root, so that packages of
# any architecture can be resolved against an empty machine.
packages() {
  local arch=$1 root=$work/apt-$1
  shift
  mkdir -p "$root"/{lists/partial,cache/archives/partial}
  : >"$root/status"
  cat >"$root/apt.conf" <<END
Dir::State "$root"; Dir::State::lists "$root/lists"; Dir::State::status "$root/status"; Dir::Cache "$root/cache";
APT::Architecture "$arch"; APT::Architectures {"$arch";}; APT::Install-Recommends "false"; Acquire::Languages "none";
APT::Sandbox::User "$(id -un)"; Debug::NoLocking "true";
END
  if ! { APT_CONFIG=$root/apt.conf apt-get update -qq \
    && APT_CONFIG=$root/apt.conf apt-get install -qq -y --download-only "$@"; } >"$root/log" 2>&1; then
    tail -n 10 "$root/log" >&2
    fail "cannot fetch the packages $* for $arch from the distribution's server"
  fi
  ls "$root"/cache/archives/*.deb
}

# debian_tree ARCH PACKAGE...: unpacks them into $work/tree-ARCH.
debian_tree() {
  local tree=$work/tree-$1 deb dir
  # As on any merged-/usr Debian; made first, so that unpacking follows the links.
  mkdir -p "$tree"/usr/{bin,sbin,lib,lib64}
  for dir in bin sbin lib lib64; do ln -s "usr/$dir" "$tree/$dir"; done
  for deb in $(packages "$@"); do
    dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$tree"
  done
  [ -e "$tree/bin/sh" ] || ln -s dash "$tree/bin/sh"
  # What ca-certificates does when it is installed.
  find "$tree/usr/share/ca-certificates" -name '*.crt' | LC_ALL=C sort | xargs cat >"$tree/etc/ssl/certs/ca-certificates.crt"
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n' >"$tree/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$tree/etc/group"
  printf 'hosts: files dns\n' >"$tree/etc/nsswitch.conf"
  mkdir -p "$tree"/{tmp,proc,sys,dev,root,harness,archway} "$tree/var/tmp"
  chmod 1777 "$tree/tmp" "$tree/var/tmp"
  rm -rf "$tree"/usr/share/{doc,man,locale,info,lintian,bash-completion,perl,zoneinfo} "$tree"/var/lib/dpkg "$tree"/var/cache/*
}

# image NAME ARCH TREE CONFIG...: an image of the tree alone, as localhost/NAME:ARCH.
image() {
  local name=$1 arch=$2 tree=$3 container
  shift 3
  container=$(buildah from --arch "$arch" --os linux scratch)
  buildah add -q "$container" "$tree" / >/dev/null
  buildah config "$@" "$container"
  buildah commit -q --rm "$container" "localhost/$name:$arch" >/dev/null
}
