#!/bin/bash
# The checker of records must see what is planted: each fault below is one that a writer could make.
set -u
cd "$(dirname "$0")"
: "${BUILD:=build}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
article='{"id":"1","title":"Nairobi votes","body":"Voters in Nairobi 😀 met Amina Wanjiru of the Kenyan Election Commission on Monday."}'

see() { # NAME FORMAT SED-EXPRESSION
    echo "$article" | "../../$BUILD/copydesk" annotate --format "$2" >"$work/good"
    sed -E "$3" "$work/good" >"$work/bad"
    ./check_records.py --format "$2" <"$work/good" >"$work/faults"
    case $? in
    77) echo "skip $1: $(head -1 "$work/faults")" && return ;;
    1) echo "not ok $1: the record has a fault already: $(head -1 "$work/faults")" && return ;;
    esac
    if cmp -s "$work/good" "$work/bad"; then
        echo "not ok $1: nothing was planted"
    elif ./check_records.py --format "$2" <"$work/bad" >/dev/null; then
        echo "not ok $1: not seen"
    else
        echo "ok $1"
    fi
}

see an_offset_beside_the_mention_is_seen copydesk 's/"begin":[0-9]+/"begin":3/'
see an_offset_in_the_wrong_unit_is_seen copydesk 's/"offset_unit":"codepoint"/"offset_unit":"utf8"/'
see a_member_that_nobody_knows_is_seen copydesk 's/"source":null/"source":null,"sauce":null/'
see a_missing_member_is_seen copydesk 's/"uri":null,//'
see a_member_that_stands_twice_is_seen copydesk 's/"uri":null/"uri":null,"uri":null/'
see a_salience_that_does_not_sum_to_one_is_seen copydesk 's/"salience":[0-9.]+/"salience":0.999/g'
see an_offset_beside_the_original_is_seen augment 's/"begin":[0-9]+/"begin":3/'
see a_member_that_ninjs_lacks_is_seen ninjs 's/"language":/"sauce":1,"language":/'
see a_person_with_a_member_that_ninjs_lacks_is_seen ninjs 's/"literal":/"salience":1,"literal":/'
see a_share_where_ninjs_wants_percent_is_seen ninjs 's/"confidence":[0-9]+/"confidence":0.5/'
see a_uri_that_is_none_is_seen ninjs 's/"uri":"[^"]*"/"uri":"a b"/'
