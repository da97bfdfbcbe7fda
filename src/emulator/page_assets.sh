#!/usr/bin/env bash
# Prints an assembler file with the given files' bytes and the table `drc_page_assets` (see page_assets.h):
# { const char *name; const unsigned char *data; size_t bytes }, ended by a zero row. The name is the path after page/.
set -eu
echo '    .section .rodata'
i=0
for file in "$@"; do
    printf 'name_%d: .asciz "%s"\n' "$i" "${file#*page/}"
    printf '    .balign 16\ndata_%d: .incbin "%s"\nend_%d: .byte 0\n' "$i" "$file" "$i"
    i=$((i + 1))
done
echo '    .section .data.rel.ro,"aw"'
echo '    .balign 8'
echo '    .globl drc_page_assets'
echo 'drc_page_assets:'
for ((k = 0; k < i; k++)); do
    printf '    .quad name_%d, data_%d, end_%d - data_%d\n' "$k" "$k" "$k" "$k"
done
echo '    .quad 0, 0, 0'
echo '    .section .note.GNU-stack,"",@progbits'
