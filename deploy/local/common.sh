# shellcheck shell=bash
# Sourced by the scripts beside it, never run: where Archway keeps its things, how the scripts speak, how they
# write a file. ARCHWAY_HOME is the one folder that all of them write to; removing it undoes everything except
# the installed packages and the binfmt registration.

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
shopt -s inherit_errexit # without it bash goes on after a failure inside $(…)

# realpath: the configuration files hold absolute paths, whatever folder the caller stood in.
ARCHWAY_HOME=$(realpath -m -- "${ARCHWAY_HOME:-$checkout/.archway}")
export ARCHWAY_HOME

say() { printf '%s\n' "archway: $*"; }

fail() {
  printf '%s\n' "archway: $*" >&2
  exit 1
}

# Architecture words differ: the kernel says aarch64, images say arm64.
own_arch() {
  case $(uname -m) in
    x86_64) echo amd64 ;;
    aarch64) echo arm64 ;;
    *) fail "cannot run on this machine: its architecture is $(uname -m) (expected x86_64 or aarch64)" ;;
  esac
}

machine_of() {
  case $1 in
    amd64) echo x86_64 ;;
    arm64) echo aarch64 ;;
  esac
}

# Does anything listen on this port of 127.0.0.1?
port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# The port of the local registry: asked for, else remembered from an earlier start, else Docker's usual one.
registry_port() {
  if [ -n "${ARCHWAY_REGISTRY_PORT:-}" ]; then
    echo "$ARCHWAY_REGISTRY_PORT"
  elif [ -s "$ARCHWAY_HOME/registry/port" ]; then
    cat "$ARCHWAY_HOME/registry/port"
  else
    echo 5000
  fi
}

# Is this pid alive and does its command line hold this text? A pid alone may have been given to another process.
runs() {
  [ -n "$1" ] && [ -r "/proc/$1/cmdline" ] && tr '\0' ' ' <"/proc/$1/cmdline" | grep -qF -- "$2"
}

# write_file PATH <content: replaces the file in one step, and only when its content differs.
write_file() {
  mkdir -p "$(dirname "$1")"
  local new
  new=$(mktemp "$1.XXXXXX")
  cat >"$new"
  chmod 644 "$new"
  if [ -f "$1" ] && cmp -s "$new" "$1"; then
    rm -f "$new"
  else
    mv -f "$new" "$1"
  fi
}
