#!/usr/bin/env bash
# The nth call of each door of io/ fails: `make torture`. DRC_TORTURE_SECONDS: how long at most (make test: 20).
set -eu -o pipefail
cd "$(dirname "$0")/../.."
exec tests/node_modules/.bin/node tests/torture/torture.mjs
