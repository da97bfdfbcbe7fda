#!/usr/bin/env bash
# Entry of the container. Usage: container.sh [drc arguments]; without any: bot and local Slack, reachable by a published port.
#
# The local Slack listens on loopback only, and a published port arrives at the container's own address. So that address
# is forwarded to loopback, on the same port: the local Slack keeps its check that a request names localhost and its port.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
program=build/release/drc
port=${DRC_PORT:-8501}

[ $# -eq 0 ] || exec "$program" "$@"
[ -s data/usage_rag_data.db ] || "$program" db build
address=$(hostname -I | tr ' ' '\n' | grep -v : | grep . | head -n 1 || true)
if [ -n "$address" ]; then
    socat "TCP-LISTEN:$port,bind=$address,fork,reuseaddr" "TCP:127.0.0.1:$port" &
else
    echo "container: no address but loopback: only a network of the host (--network host) reaches the page" >&2
fi
exec "$program" serve --local
