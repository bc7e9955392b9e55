#!/bin/bash
# Records of awkward articles (emoji, combining marks, CRLF, curly quotes, HTML, invisible characters): valid by
# schema, and every offset exact, in every format and unit.
set -u
cd "$(dirname "$0")"
: "${BUILD:=build}"
copydesk=../../$BUILD/copydesk
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

printf '{"id":"cp1252","title":"Caf\xe9 owners in Z\xfcrich","body":"The \x93Caf\xe9 Odeon\x94 in Z\xfcrich \x96 run by Ren\xe9 M\xfcller \x96 closes."}\n' >"$work/cp1252.jsonl"

check() { # NAME FORMAT UNIT FILE...
    local name=$1 format=$2 unit=$3
    shift 3
    "$copydesk" annotate --threads 2 --format "$format" --offset-unit "$unit" "$@" >"$work/records" 2>"$work/errors"
    local status=$?
    ./check_records.py --format "$format" <"$work/records" >"$work/faults"
    case $? in
    0) [ $status -eq 0 ] && echo "ok $name" || echo "not ok $name: exit status $status: $(head -1 "$work/errors")" ;;
    77) echo "skip $name: $(head -1 "$work/faults")" ;;
    *) echo "not ok $name: $(head -1 "$work/faults")" ;;
    esac
}

for unit in codepoint utf8 utf16; do
    check "native_records_are_valid_and_exact_in_$unit" copydesk $unit offsets "$work/cp1252.jsonl"
    check "augmented_articles_are_valid_and_exact_in_$unit" augment $unit offsets/articles.jsonl offsets/pretty.json
done
check ninjs_documents_are_valid ninjs codepoint offsets "$work/cp1252.jsonl"

"$copydesk" annotate offsets >"$work/records"
mentions=$(grep -o '"field":' "$work/records" | wc -l)
[ "$mentions" -ge 30 ] && echo "ok there_are_mentions_to_check" || echo "not ok there_are_mentions_to_check: only $mentions"

"$copydesk" annotate --explain offsets/articles.jsonl | ./check_records.py >"$work/faults" &&
    echo "ok explained_records_are_valid" || echo "not ok explained_records_are_valid: $(head -1 "$work/faults")"

"$copydesk" annotate --no-body offsets/articles.jsonl >"$work/records"
if ! grep -q '"body":' "$work/records" && ./check_records.py <"$work/records" >"$work/faults"; then
    echo "ok records_without_body_are_valid"
else
    echo "not ok records_without_body_are_valid: $(head -1 "$work/faults")"
fi

if grep '"id":"german"' "$work/records" | grep -q '"language":"de".*"entities":\[\],"subjects":\[\].*"language_not_supported"'; then
    echo "ok what_is_not_english_is_passed_on_with_a_warning"
else
    echo "not ok what_is_not_english_is_passed_on_with_a_warning: $(grep '"id":"german"' "$work/records" | cut -c 1-300)"
fi

# augment: take the added member out again, and the article must be there byte for byte
"$copydesk" annotate --format augment offsets/articles.jsonl |
    sed -E 's/,"copydesk":\{"schema":"copydesk\/1".*\}\}$/}/' | cmp -s - offsets/articles.jsonl &&
    echo "ok augmenting_leaves_every_other_byte" || echo "not ok augmenting_leaves_every_other_byte: they differ"
