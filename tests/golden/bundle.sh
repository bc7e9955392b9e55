#!/bin/sh
# The sample articles as one file for the program: per sample a line "NAME BYTES", then its bytes and a newline.
#     tests/golden/bundle.sh FILE... >bundle
for file in "$@"; do
    name=${file##*/}
    printf '%s %d\n' "${name%.*}" "$(wc -c <"$file")"
    cat "$file"
    echo
done
