#!/usr/bin/env bash
# Lint: floors, doors, banned calls, sizes, words, headers, scripts. Usage: run.sh [root] [--rule name]
#
# Prints `path:line: rule: what` for each violation and one closing line. Without a root it checks this tree and then
# itself: tests/lint/selftest.sh shows for each rule a small tree in which it must fail.
set -eu -o pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
only=
self=yes
while [ $# -gt 0 ]; do
    case $1 in
    --rule) only=$2; self=no; shift 2 ;;
    *) root=$1; self=no; shift ;;
    esac
done
cd "$root"

rules=$(sed -n 's/^rule_\([a-z_]*\)().*/\1/p' "$here/rules.sh")
# shellcheck source=rules.sh
. "$here/rules.sh"
passed=0 failed=0
for rule in $rules; do
    [ -z "$only" ] || [ "$only" = "$rule" ] || continue
    found=$("rule_$rule" || echo "rule $rule could not be run")
    if [ -z "$found" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s\n' "$found" | sed "s/^\([^:]*:[0-9]*:\)\? */\1 $rule: /" | head -n 40
        more=$(($(printf '%s\n' "$found" | wc -l) - 40))
        [ "$more" -le 0 ] || echo "... and $more more of $rule"
    fi
done
if [ "$self" = yes ]; then
    if bash "$here/selftest.sh"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
fi
echo "lint: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
