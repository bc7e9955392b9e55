#!/bin/bash
# train/vectors: words of one use get vectors that lie together.
set -u
cd "$(dirname "$0")/../.."
: "${BUILD:=build}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for place in bakery library museum; do
    for verb in walked strolled wandered; do
        for day in Monday Friday Sunday; do
            echo "{\"body\": \"The $place in town opened its doors on $day morning. Many guests $verb slowly home along the river on $day.\"}"
        done
    done
done >"$work/news.jsonl"

vectors() { "$BUILD/train/vectors" 8 3 "$1" "$2" >"$work/said" 2>&1; }
result() { # NAME STATUS
    if [ "$2" = 0 ]; then echo "ok $1"; else
        echo "not ok $1: $(tail -n 2 "$work/said" | tr '\n' ' ')"
        status=1
    fi
}
status=0

vectors "$work/one.tsv" "$work/news.jsonl"
# cosines of bakery with library and with walked
awk -F '[\t ]' '{ for (i = 2; i <= NF; i++) v[$1, i] = $i; n = NF }
    function cosine(a, b, i, ab, aa, bb) {
        for (i = 2; i <= n; i++) { ab += v[a, i] * v[b, i]; aa += v[a, i] ^ 2; bb += v[b, i] ^ 2 }
        return ab / sqrt(aa * bb + 1e-9)
    }
    END { same = cosine("bakery", "library"); other = cosine("bakery", "walked"); print same, other; exit !(same > 0.9 && same > other + 0.2) }
' "$work/one.tsv" >"$work/said" 2>&1
result words_in_the_same_places_lie_together $?

vectors "$work/two.tsv" "$work/news.jsonl"
[ -s "$work/one.tsv" ] && cmp "$work/one.tsv" "$work/two.tsv" >"$work/said" 2>&1
result the_same_text_gives_the_same_vectors $?

vectors "$work/three.tsv" "$work/nowhere.jsonl"
code=$?
[ $code = 1 ] && grep -q "nowhere.jsonl" "$work/said"
result a_missing_file_is_named $?
exit $status
