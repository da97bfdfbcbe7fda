#!/usr/bin/env bash
# Runs the given cmocka programs, prints their failures and one closing line; exit 1 if any test failed.
set -u
export LSAN_OPTIONS="suppressions=tests/lsan.supp:print_suppressions=0" TSAN_OPTIONS="halt_on_error=1"
passed=0 failed=0
for program in "$@"; do
    out=$(timeout 120 "$program" 2>&1)
    code=$?
    ok=$(grep -c '^\[       OK \]' <<<"$out")
    bad=$(grep -c '^\[  FAILED  \] [a-z]' <<<"$out")
    passed=$((passed + ok))
    if [ "$code" -ne 0 ]; then
        [ "$bad" -gt 0 ] || bad=1
        failed=$((failed + bad))
        printf -- '--- %s (exit %d)\n%s\n' "$program" "$code" "$(grep -v '^\[ RUN\|^\[       OK' <<<"$out" | head -80)"
    fi
done
echo "unit: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
