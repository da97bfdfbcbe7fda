#!/usr/bin/env bash
# Proves the set-up on a bare Debian 12: makes a root with debootstrap that has git and make and nothing else of ours,
# clones the committed state into it, runs `make all` twice there, asks for the page, and `make stop`. With
# FRESH_ROOT_TEST=1 also `make test`. Needs root, debootstrap and the Debian mirror that this machine uses.
#
# FRESH_ROOT_DIR: where (default: a folder in TMPDIR). The bare root stays as <dir>/base for the next time; what was done in
# it does not.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
dir=${FRESH_ROOT_DIR:-${TMPDIR:-/tmp}/drc-fresh-root}
port=${DRC_PORT:-18599}
base=$dir/base
root=$dir/run

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

rm -rf "$root"
cp -a "$base" "$root"
rm -f "$root/etc/apt/sources.list"
cp -a /etc/apt/sources.list.d/debian.sources "$root/etc/apt/sources.list.d/" 2>/dev/null ||
    cp -a /etc/apt/sources.list "$root/etc/apt/"
apt-config dump Acquire >"$root/etc/apt/apt.conf.d/90host" # proxies and the like
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
mkdir -p "$root/usr/local/share/ca-certificates" "$root/srv"
cp -a /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/" 2>/dev/null || true
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
unshare --mount --pid --fork --kill-child chroot "$root" \
    /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/srv LANG=C.UTF-8 \
    DRC_PORT="$port" FRESH_ROOT_TEST="${FRESH_ROOT_TEST:-0}" ${npm_config_registry:+npm_config_registry="$npm_config_registry"} \
    bash /srv/steps.sh
rm -rf "$root"
echo "fresh-root: make all works on a bare Debian 12"
