#!/usr/bin/env bash
# Proves the set-up on a bare Debian 12: makes a root with debootstrap that has git and make and nothing else of ours,
# clones the committed state into it, runs `make all` twice there, asks for the page, and `make stop`. With
# FRESH_ROOT_TEST=1 also `make test`. Then the second stage of the Dockerfile, step by step, in another bare root, and the page
# through the container's address. Needs root, debootstrap and the Debian mirror that this machine uses.
#
# FRESH_ROOT_DIR: where (default: a folder in TMPDIR). The bare root stays as <dir>/base for the next time; what was done in
# it does not.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
dir=${FRESH_ROOT_DIR:-${TMPDIR:-/tmp}/drc-fresh-root}
port=${DRC_PORT:-18599}
base=$dir/base
root=$dir/run
image=$dir/image

[ "$(id -u)" -eq 0 ] || { echo "fresh-root: needs root, for debootstrap and chroot" >&2; exit 4; }
command -v debootstrap >/dev/null || { echo "fresh-root: needs the package debootstrap" >&2; exit 4; }
mkdir -p "$dir"

if [ ! -e "$base/.complete" ]; then
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' 'Created-By: Packages' | head -n 1)
    echo "fresh-root: debootstrap, about two minutes"
    rm -rf "$base"
    debootstrap --variant=minbase --include=git,make bookworm "$base" "$mirror" >"$dir/debootstrap.log" 2>&1 ||
        { tail -n 20 "$dir/debootstrap.log" >&2; exit 6; }
    touch "$base/.complete"
fi

bare_root() { # bare_root FOLDER: a copy of the base that finds its mirror as this machine does
    rm -rf "$1"
    cp -a "$base" "$1"
    rm -f "$1/etc/apt/sources.list"
    cp -a /etc/apt/sources.list.d/debian.sources "$1/etc/apt/sources.list.d/" 2>/dev/null ||
        cp -a /etc/apt/sources.list "$1/etc/apt/"
    apt-config dump Acquire >"$1/etc/apt/apt.conf.d/90host" # proxies and the like
    cp -L /etc/resolv.conf /etc/hosts "$1/etc/"
    mkdir -p "$1/usr/local/share/ca-certificates" "$1/srv"
    cp -a /usr/local/share/ca-certificates/. "$1/usr/local/share/ca-certificates/" 2>/dev/null || true
}

inside() { # inside FOLDER COMMAND...
    local folder=$1
    shift
    unshare --mount --pid --fork --kill-child chroot "$folder" \
        /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/srv LANG=C.UTF-8 \
        DRC_PORT="$port" FRESH_ROOT_TEST="${FRESH_ROOT_TEST:-0}" ${npm_config_registry:+npm_config_registry="$npm_config_registry"} \
        "$@"
}

# The lines behind the last FROM; what is copied comes from the commit, or from the built tree.
image_stage() { # image_stage FOLDER
    local word rest from to
    sed '1,/^FROM debian:12-slim$/d; /^#/d' src/packaging/Dockerfile | while read -r word rest; do
        case $word in
        '' | VOLUME | EXPOSE | USER | ENTRYPOINT) ;;
        WORKDIR) mkdir -p "$1$rest" ;;
        RUN) inside "$1" bash -c "cd /srv/drc && $rest" </dev/null ;;
        COPY)
            from=$root/srv/drc/ rest=${rest#--from=build /srv/drc/}
            to=$1/srv/drc/${rest#* }
            case $to in */) mkdir -p "$to" ;; *) mkdir -p "${to%/*}" ;; esac
            cp -a "$from${rest%% *}" "$to"
            ;;
        *) echo "fresh-root: the Dockerfile has a step that this script does not know: $word" >&2; exit 1 ;;
        esac
    done
}

bare_root "$root"
git clone -q --no-hardlinks . "$root/srv/drc"

cat >"$root/srv/steps.sh" <<'STEPS'
set -eu -o pipefail
mount -t proc proc /proc
mkdir -p /dev/shm && mount -t tmpfs tmpfs /dev/shm
cd /srv/drc
for tool in gcc pkg-config sudo curl; do
    if command -v "$tool" >/dev/null; then echo "fresh-root: $tool is here: not a bare system"; fi
done
echo "== make all"
time make all
echo "== make all, again"
make all | tee /tmp/second
if grep -q ' CC \| LINK \|built and checked\|installing' /tmp/second; then
    echo "fresh-root: the second make all did work twice"
    exit 1
fi
bash src/packaging/app.sh status
build/release/drc report job-cost top:3 >/tmp/report
head -n 12 /tmp/report
make stop
status=$(git status --porcelain)
if [ -n "$status" ]; then
    echo "fresh-root: git status is not clean:"
    echo "$status"
    exit 1
fi
if [ "${FRESH_ROOT_TEST:-0}" = 1 ]; then
    echo "== make test"
    time make test
fi
STEPS
echo "fresh-root: chroot"
inside "$root" bash /srv/steps.sh

echo "== Dockerfile, second stage"
bare_root "$image"
image_stage "$image"
cat >"$image/srv/page.sh" <<'PAGE'
set -eu -o pipefail
mount -t proc proc /proc
cd /srv/drc
setpriv --reuid drc --regid drc --clear-groups bash src/packaging/container.sh >/tmp/container.log 2>&1 &
ask() { # ask HOST_HEADER: the status line, asked at the container's address
    exec 3<>"/dev/tcp/$address/$DRC_PORT" || return 1
    printf 'GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$1" >&3
    read -r -t 5 line <&3 || return 1
    echo "$line"
}
address=$(hostname -I | tr ' ' '\n' | grep -v : | grep . | head -n 1)
for ((i = 0; i < 300; i++)); do
    if grep -q ' slack\.connected ' /tmp/container.log; then break; fi
    sleep 0.1
done
cat /tmp/container.log
[[ $(ask "localhost:$DRC_PORT") == *" 200"* ]] || { echo "fresh-root: no page at the container's address"; exit 1; }
[[ $(ask "elsewhere:$DRC_PORT") != *" 200"* ]] || { echo "fresh-root: a foreign Host gets the page"; exit 1; }
PAGE
inside "$image" bash /srv/page.sh
rm -rf "$root" "$image"
echo "fresh-root: make all and the container work on a bare Debian 12"
