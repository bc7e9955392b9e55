#!/bin/bash
# clang-format over every C file (must change nothing), clang-tidy over the worker.
set -u
cd "$(dirname "$0")/.."
status=0
mapfile -t files < <(git ls-files -co --exclude-standard '*.c' '*.h')
clang-format --dry-run --Werror "${files[@]}" || status=1
mapfile -t sources < <(git ls-files -co --exclude-standard 'worker/*.c')
flags=(-std=gnu17 -D_GNU_SOURCE -DCD_VERSION='"lint"' -Iinclude)
printf '%s\n' "${sources[@]}" | xargs -P 2 -n 4 -I{} clang-tidy --quiet {} -- "${flags[@]}" 2>/dev/null || status=1
exit $status
