# shellcheck shell=bash
# What the scripts in this folder share. Source it, do not run it.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly root

# The image that the build stage starts from: the Dockerfile is the only place that names it.
base_image=$(sed -n 's/^FROM \(golang:[^ ]*\).*/\1/p' "$root/Dockerfile")
# shellcheck disable=SC2034 # for those who source this
readonly base_image

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# as_root COMMAND...: root runs it directly, everybody else through sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "needs root (or sudo) to run: $*"
  fi
}

# apt_install PACKAGE...: the caller has looked whether that is needed.
apt_install() {
  command -v apt-get >/dev/null || die "no apt-get here; install by hand: $*"
  say "installing $*"
  as_root apt-get -qq -o DPkg::Lock::Timeout=300 update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 \
    install --no-install-recommends "$@" >/dev/null
}

# put_on WORDS: what happens on the stand-in for GitHub before a case: a POST to each of the
# words that begin with a slash, which are its controls. Nothing for an empty string.
put_on() {
  local words word
  read -ra words <<<"$1"
  for word in "${words[@]}"; do
    [[ $word != /* ]] || curl -fsS -X POST -o /dev/null "$GITHUB_API_URL$word" || die "the stand-in refused $word"
  done
}

# wanted_state WORDS: what the output acknowledgement has to be, if a word such as state=stale
# says so.
wanted_state() {
  local words word
  read -ra words <<<"$1"
  for word in "${words[@]}"; do
    [[ $word != state=* ]] || printf '%s\n' "${word#state=}"
  done
}

# event_file PAYLOAD FILE: the file with the event of a case. get:/PATH asks the stand-in for
# it, as things are now, and keeps it in FILE; anything else is a file already.
event_file() {
  case $1 in
    get:/*)
      curl -fsS -o "$2" "$GITHUB_API_URL${1#get:}" || die "the stand-in has no event ${1#get:}"
      printf '%s\n' "$2"
      ;;
    *) printf '%s\n' "$1" ;;
  esac
}

# output_value FILE NAME: what a step set NAME to in its GITHUB_OUTPUT file (both
# forms: name=value, and name<<delimiter); the last one counts, as on GitHub.
output_value() {
  awk -v name="$2" '
    delimiter != "" {
      if ($0 == delimiter) { if (current == name) { result = value; found = 1 }; delimiter = "" }
      else { value = value (lines++ ? "\n" : "") $0 }
      next
    }
    match($0, /^[^=<]+<</) {
      current = substr($0, 1, RLENGTH - 2); delimiter = substr($0, RLENGTH + 1); value = ""; lines = 0
      next
    }
    match($0, /^[^=]+=/) && substr($0, 1, RLENGTH - 1) == name { result = substr($0, RLENGTH + 1); found = 1 }
    END { if (!found) exit 1; print result }
  ' "$1"
}
