#!/usr/bin/env bash
# Many thousand requests on one bot: `make soak`. DRC_SOAK_REPORTS: how many reports (default 2000).
set -eu -o pipefail
cd "$(dirname "$0")/../.."
exec tests/node_modules/.bin/node tests/soak/soak.mjs
