#!/usr/bin/env bash
# Installs the Debian packages that are missing, without a question. Usage: deps.sh build|test|list
#
# `build`: what `make build` and the running program need. `test`: what `make test` needs on top. Says what it does; with
# nothing missing it prints one line and asks no server.
set -eu -o pipefail

build_packages=(
    gcc libc6-dev pkg-config
    libwebsockets-dev      # Socket Mode, the local Slack's server
    libcurl4-openssl-dev   # Web API, uploads, model endpoints
    libjansson-dev libsqlite3-dev libutf8proc-dev
    librsvg2-dev libpango1.0-dev libfontconfig-dev libpng-dev # charts
    libssl-dev             # hashes
    ca-certificates fonts-inter fonts-dejavu-core
)
test_packages=(
    libcmocka-dev
    clang-14 libclang-rt-14-dev # second compiler, fuzzing
    chromium                    # the workbench page
)

missing() {
    local name
    for name in "$@"; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || printf '%s ' "$name"
    done
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "deps: this needs root and there is no sudo; as root, run: $*" >&2
        exit 4
    fi
}

install_missing() {
    local what=$1
    shift
    local names
    names=$(missing "$@")
    # npm of any origin will do: Debian's, or one that somebody has installed beside it
    if [ "$what" = test ] && ! command -v npm >/dev/null; then
        names+="npm"
    fi
    if [ -z "$names" ]; then
        echo "Debian packages for $what: all there"
        return
    fi
    if ! command -v apt-get >/dev/null; then
        echo "deps: no apt-get here; install the equivalents of: $names" >&2
        exit 4
    fi
    echo "Debian packages for $what: installing $names"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 update >"$log" 2>&1 || fail
    # shellcheck disable=SC2086 # names are words
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 \
        install $names >"$log" 2>&1 || fail
    echo "Debian packages for $what: installed"
}

fail() {
    tail -n 25 "$log" >&2
    echo "deps: apt-get failed, see above; nothing else was done" >&2
    exit 4
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
case ${1:-} in
build) install_missing build "${build_packages[@]}" ;;
test) install_missing test "${test_packages[@]}" ;;
list) printf '%s\n' "${build_packages[@]}" "${test_packages[@]}" ;;
*)
    echo "usage: deps.sh build|test|list" >&2
    exit 2
    ;;
esac
