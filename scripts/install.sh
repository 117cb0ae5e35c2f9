#!/bin/sh
# Installs agent-runner from a release into ~/.local/bin, as its user: sh install.sh --from DIR|URL [--version X.Y.Z]
# The sums are always checked; their signature wherever openssl knows Ed25519 (--require-signature insists on that).
set -eu

keys='MCowBQYDK2VwAyEAhaGyTOseQMRu/2z7oVnkHhgOZsTE2Z3ieXnhSVVy6zk='

say() { printf 'install: %s\n' "$1" >&2; }

fail() { # MESSAGE FIX
  printf 'install: %s\n  fix: %s\n' "$1" "$2" >&2
  exit 1
}

usage() {
  printf '%s\n' 'usage: sh install.sh --from DIR|URL [--version X.Y.Z] [--to DIR] [--require-signature]'
  printf '%s\n' '  --from DIR|URL       folder or address that holds the files of a release'
  printf '%s\n' '  --version X.Y.Z      this version; looked for in a folder of that name, too'
  printf '%s\n' '  --to DIR             where the program goes (default ~/.local/bin)'
  printf '%s\n' '  --require-signature  refuse where the signature cannot be checked'
}

from='' version='' to='' strict=no
while [ $# -gt 0 ]; do
  case $1 in
    --from | --version | --to)
      [ $# -ge 2 ] && [ -n "$2" ] || { usage >&2; exit 2; }
      case $1 in --from) from=$2 ;; --version) version=${2#v} ;; --to) to=$2 ;; esac
      shift 2
      ;;
    --require-signature) strict=yes; shift ;;
    -h | --help) usage; exit 0 ;;
    *) printf "install: '%s' is not understood\n" "$1" >&2; usage >&2; exit 2 ;;
  esac
done
[ -n "$from" ] || { usage >&2; exit 2; }
case $version in
  '') ;;
  *[!0-9A-Za-z.-]* | .* | -*) fail "'$version' is no version" 'Write three numbers, such as --version 0.2.0' ;;
esac
from=${from%/}
if [ -z "$to" ]; then
  [ -n "${HOME:-}" ] || fail 'HOME is not set' 'Name the folder with --to'
  to=$HOME/.local/bin
fi

system=$(uname -s) machine=$(uname -m)
case $system in
  Linux) system=linux ;;
  Darwin) system=macos ;;
  *) fail "there is no binary for $system" 'Run the program from its source with Deno' ;;
esac
case $machine in
  x86_64 | amd64) machine=x86_64 ;;
  aarch64 | arm64) machine=aarch64 ;;
  *) fail "there is no binary for machines of kind $machine" 'Run the program from its source with Deno' ;;
esac
file=agent-runner-$system-$machine

work=$(mktemp -d "${TMPDIR:-/tmp}/agent-runner-install.XXXXXX")
staged=''
clean() { rm -rf "$work"; if [ -n "$staged" ]; then rm -f "$staged"; fi; }
trap clean EXIT
trap 'exit 1' HUP INT TERM

get() { # PLACE NAME TARGET: fails when it is not there
  case $1 in
    http://* | https://*)
      if command -v curl >/dev/null 2>&1; then
        curl -fsSL --proto '=http,https' --proto-redir '=https,http' --connect-timeout 30 --retry 2 -o "$3" "$1/$2"
      elif command -v wget >/dev/null 2>&1; then
        wget -q -T 30 -O "$3" "$1/$2"
      else
        fail 'neither curl nor wget is here' 'Install one of them, or download the release and name its folder with --from'
      fi
      ;;
    *) [ -f "$1/$2" ] && cp "$1/$2" "$3" ;;
  esac
}

sum() { # FILE
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum <"$1"
  elif command -v shasum >/dev/null 2>&1; then
    shasum -a 256 <"$1"
  else
    openssl dgst -sha256 -r <"$1"
  fi | cut -d ' ' -f 1
}

check() { # NAME: it is what the list says
  wanted=$(sed -n "s/^\([0-9a-f]\{64\}\)  $1\$/\1/p" "$work/SHA256SUMS")
  [ "${#wanted}" -eq 64 ] || fail "the release has no '$1'" 'Name another release with --from'
  [ "$(sum "$work/$1")" = "$wanted" ] ||
    fail "'$1' is not what its sum says: it is damaged, or was changed" 'Nothing was installed. Get the release again, or from its maker'
}

place=''
for candidate in ${version:+"$from/$version"} ${version:+"$from/v$version"} "$from"; do
  if get "$candidate" SHA256SUMS "$work/SHA256SUMS" 2>/dev/null; then
    place=$candidate
    break
  fi
done
[ -n "$place" ] || fail "there is no release at '$from'" 'Name the folder or address that holds SHA256SUMS'

if command -v openssl >/dev/null 2>&1 && openssl pkeyutl -help 2>&1 | grep -q -e -rawin; then
  get "$place" SHA256SUMS.sig "$work/SHA256SUMS.sig" || fail 'the release is not signed' 'Nothing was installed. Get it from its maker'
  trusted=no
  for key in $keys; do
    printf '%s\n%s\n%s\n' '-----BEGIN PUBLIC KEY-----' "$key" '-----END PUBLIC KEY-----' >"$work/key.pem"
    if openssl pkeyutl -verify -pubin -inkey "$work/key.pem" -rawin -in "$work/SHA256SUMS" \
      -sigfile "$work/SHA256SUMS.sig" >/dev/null 2>&1; then trusted=yes; fi
  done
  [ "$trusted" = yes ] || fail 'the signature of the release is not good' 'Nothing was installed. Get the release from its maker'
  say 'the signature is good'
elif [ "$strict" = yes ]; then
  fail 'the signature cannot be checked: there is no openssl that knows Ed25519' 'Install OpenSSL 3'
else
  say 'note: the signature is not checked, as there is no openssl that knows Ed25519; the sums are'
fi

get "$place" VERSION "$work/VERSION" || fail 'the release has no file VERSION' 'Name another release with --from'
check VERSION
found=$(cat "$work/VERSION")
[ -z "$version" ] || [ "$version" = "$found" ] ||
  fail "there is no version $version at '$from': it has $found" 'Name a place that has it with --from'
say "getting $file $found from $place"
get "$place" "$file" "$work/$file" || fail "'$file' cannot be had from '$place'" 'See whether it is there, and try again'
check "$file"

mkdir -p "$to" || fail "'$to' cannot be made" 'Name another folder with --to; no root is needed'
staged=$to/.agent-runner.$$
cp "$work/$file" "$staged" && chmod 755 "$staged" || fail "'$to' cannot be written" 'Name another folder with --to; no root is needed'
said=$("$staged" --version 2>&1) || fail "the binary does not run here: $said" 'It needs glibc on Linux; run the program from its source with Deno elsewhere'
[ "$said" = "agent-runner $found" ] || fail "the binary says that it is '$said'" 'Nothing was installed. Get the release from its maker'
mv -f "$staged" "$to/agent-runner"
staged=''
say "installed $to/agent-runner, version $found"
case :${PATH:-}: in
  *:"$to":*) ;;
  *) say "note: '$to' is not in PATH; add it: export PATH=\"$to:\$PATH\"" ;;
esac
