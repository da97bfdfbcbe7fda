#!/usr/bin/env bash
# Brings what the tests need and the product does not: Debian packages, and npm packages as pinned in package-lock.json.
# Does nothing where all is there. No package's install script is run; Node 22 is the package node-linux-<machine>, the
# same program that the npm package `node` would fetch by such a script, but pinned with its checksum.
set -eu -o pipefail
cd "$(dirname "$0")"
bash ../src/packaging/deps.sh test

# The weights of the embedder, by the script that everybody uses; without them their tests fail and say so.
model() {
    [ -f ../data/models/minilm-l6-v2.q8 ] || make -s -C .. "-j$(nproc)" model
}

stamp=node_modules/.drc-lock
if cmp -s package-lock.json "$stamp" && node_modules/.bin/node --version >/dev/null 2>&1; then
    echo "npm packages: all there"
    model
    exit 0
fi
echo "npm packages: installing tests/package-lock.json"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
version=$(node_modules/.bin/node --version)
case $version in
v22.*) ;;
*)
    echo "the tests need Node 22, tests/node_modules has $version" >&2
    exit 1
    ;;
esac
cp package-lock.json "$stamp"
echo "npm packages: installed, Node $version"
model
