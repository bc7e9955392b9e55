#!/bin/bash
# train/vectors: words that stand in the same places come out near each other, the same input gives the same bytes, and a
# file that is not there is named.
set -u
cd "$(dirname "$0")/../.."
: "${BUILD:=build}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# report NAME WHAT: "ok" when the last command succeeded, else "not ok" and what was wrong
report() {
    if [ $? -eq 0 ]; then echo "ok $1"; else echo "not ok $1: $2"; fi
}

# near A B FILE: the cosine of two words' vectors
near() {
    awk -F '\t' -v a="$1" -v b="$2" '
        { vector[$1] = $2 }
        END {
            n = split(vector[a], x, " "); split(vector[b], y, " ")
            for (i = 1; i <= n; i++) { xy += x[i] * y[i]; xx += x[i] * x[i]; yy += y[i] * y[i] }
            print xx && yy ? xy / sqrt(xx * yy) : "none"
        }' "$3"
}

# cities and animals, each in sentences of their own; the verbs go with either kind
for city in Lagos Quito Turin Minsk; do
    for animal in heron otter badger weasel; do
        for verb in watched praised painted; do
            echo "{\"text\": \"The mayor of $city $verb them yesterday. A small brown $animal was $verb near the river.\"}"
        done
    done
done >"$work/news.jsonl"
"$BUILD/train/vectors" 8 2 "$work/first.tsv" "$work/news.jsonl" >/dev/null &&
    "$BUILD/train/vectors" 8 2 "$work/second.tsv" "$work/news.jsonl" >/dev/null
report vectors_reads_json_lines "it failed"

same=$(near Quito Turin "$work/first.tsv") different=$(near Quito otter "$work/first.tsv")
awk -v same="$same" -v different="$different" 'BEGIN { exit !(same > 0.9 && different < 0.5) }'
report vectors_of_words_in_the_same_places_are_near "two cities $same, a city and an animal $different"

[ "$(head -1 "$work/first.tsv" | tr '\t' ' ' | wc -w)" = 9 ] && ! grep -qvP '^\S+\t-?\d+( -?\d+){7}$' "$work/first.tsv"
report vectors_writes_a_word_and_its_numbers_a_line "$(head -1 "$work/first.tsv")"

cmp -s "$work/first.tsv" "$work/second.tsv"
report vectors_of_the_same_text_are_the_same_bytes "two runs differ"

message=$("$BUILD/train/vectors" 8 2 "$work/none.tsv" "$work/missing.jsonl" 2>&1)
[ $? -eq 1 ] && [[ $message == *missing.jsonl* ]]
report vectors_names_a_missing_file "$message"
