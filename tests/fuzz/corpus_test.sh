#!/bin/bash
# Every committed corpus file once through its fuzzer, under the sanitizers.
cd "$(dirname "$0")/../.." || exit 1
if ! command -v clang >/dev/null 2>&1; then
    echo "skip fuzz_corpora: clang is missing"
    exit 0
fi
if ! output=$("${MAKE:-make}" fuzzers -j2 2>&1); then
    echo "not ok fuzz_corpora: the fuzzers do not build"
    echo "$output"
    exit 1
fi
export LSAN_OPTIONS="suppressions=$PWD/tests/fuzz/leaks.supp:print_suppressions=0"
status=0
for source in tests/fuzz/*_fuzz.c; do
    name=$(basename "$source" _fuzz.c)
    corpus=tests/fuzz/corpus/$name
    if [ ! -d "$corpus" ]; then
        echo "not ok fuzz_corpus_$name: $corpus is missing"
        status=1
    elif output=$(build/fuzz/"${name}"_fuzz -runs=0 -rss_limit_mb=1024 -timeout=20 -artifact_prefix=build/fuzz/ "$corpus" 2>&1); then
        echo "ok fuzz_corpus_$name"
    else
        echo "not ok fuzz_corpus_$name: a committed input breaks it"
        echo "$output"
        status=1
    fi
done
exit $status
