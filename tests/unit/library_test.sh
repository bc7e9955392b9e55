#!/bin/bash
# The example in include/copydesk/copydesk.h is a program: it compiles against the installed headers and the library
# alone, and marks up an article.
set -u
cd "$(dirname "$0")/../.."
: "${BUILD:=build}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# the indented lines between the first two "*" lines that hold "example" marks
sed -n '/ \* Example:/,/ \* Link with/p' include/copydesk/copydesk.h | sed -n 's/^ \*     //p' >"$work/example.c"
if [ ! -s "$work/example.c" ]; then
    echo "not ok the_example_in_the_header_compiles: there is no example"
    exit 1
fi
# shellcheck disable=SC2046
if gcc -std=gnu17 -Wall -Wextra -Werror -Iinclude ${SANITIZE:+-fsanitize=$SANITIZE} -o "$work/example" "$work/example.c" \
    "$BUILD/libcopydesk.a" -pthread $(pkg-config --libs rdkafka jansson libconfig) -lgumbo -lm 2>"$work/errors"; then
    echo "ok the_example_in_the_header_compiles"
else
    echo "not ok the_example_in_the_header_compiles: $(head -3 "$work/errors" | tr '\n' ' ')"
    exit 1
fi
record=$("$work/example")
if grep -q '"name":"Berlin","type":"LOCATION"' <<<"$record"; then
    echo "ok the_example_in_the_header_finds_berlin"
else
    echo "not ok the_example_in_the_header_finds_berlin: $record"
fi
