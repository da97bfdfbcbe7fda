#!/usr/bin/env bash
# Installs the Debian packages that are missing, without a question. Usage: deps.sh build|test|run|list
#
# `build`: what `make build` and the running program need. `test`: what `make test` needs on top. `run`: what a program that
# was built elsewhere needs (the container). Says what it does; with nothing missing it prints one line and asks no server.
set -eu -o pipefail

build_packages=(
    gcc libc6-dev pkg-config
    libwebsockets-dev      # Socket Mode, the local Slack's server
    libcurl4-openssl-dev   # Web API, uploads, model endpoints
    libjansson-dev libsqlite3-dev libutf8proc-dev
    librsvg2-dev libpango1.0-dev libfontconfig-dev libpng-dev # charts
    libssl-dev             # hashes
    g++ libfaiss-dev libopenblas-serial-dev # vector search; BLAS without threads of its own
    libxml2-dev            # pages of documentation
    ca-certificates fonts-inter fonts-dejavu-core
    tzdata                 # the zones of digests
)
test_packages=(
    libcmocka-dev
    clang-14 libclang-rt-14-dev lld-14 # second compiler, fuzzing
    chromium                           # the workbench page
    python3                            # its zoneinfo checks our times
)
run_packages=(
    libwebsockets17 libcurl4 libjansson4 libsqlite3-0 libutf8proc2
    librsvg2-2 libpango-1.0-0 libpangocairo-1.0-0 libfontconfig1 libpng16-16 libssl3
    libopenblas0-serial libgomp1 libstdc++6
    librsvg2-2 libpango-1.0-0 libpangocairo-1.0-0 libfontconfig1 libpng16-16 libssl3 libxml2
    ca-certificates fonts-inter fonts-dejavu-core tzdata
    socat # container.sh
)
tries=3 # a mirror may fail once

missing() {
    local name
    for name in "$@"; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || printf '%s ' "$name"
    done
}

# Root, sudo, or a sentence.
root=
find_root() {
    [ "$(id -u)" -ne 0 ] || return 0
    if ! command -v sudo >/dev/null; then
        echo "deps: this needs root and there is no sudo; as root, run: apt-get update && apt-get install $1" >&2
        exit 4
    fi
    root=sudo
}

apt() {
    $root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=2 "$@" </dev/null
}

install_missing() {
    local what=$1
    shift
    local names try
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
    find_root "$names"
    for ((try = 1; ; try++)); do
        # shellcheck disable=SC2086 # names are words
        if { apt update && apt install -y --no-install-recommends $names; } >"$log" 2>&1; then break; fi
        [ "$try" -lt "$tries" ] || fail
        echo "deps: apt-get failed; again in 5 s"
        sleep 5
    done
    echo "Debian packages for $what: installed"
}

fail() {
    tail -n 12 "$log" >&2
    echo "deps: apt-get failed $tries times, see above. Without a network or a mirror nothing can be installed; what was" \
        "done is kept, so the same command goes on from here." >&2
    exit 4
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
case ${1:-} in
build) install_missing build "${build_packages[@]}" ;;
test) install_missing test "${test_packages[@]}" ;;
run) install_missing run "${run_packages[@]}" ;;
list) printf '%s\n' "${build_packages[@]}" "${test_packages[@]}" ;;
*)
    echo "usage: deps.sh build|test|run|list" >&2
    exit 2
    ;;
esac
