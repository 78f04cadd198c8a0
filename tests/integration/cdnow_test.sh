#!/usr/bin/env bash
# The CDNOW base from end to end; the original form of the file gives the same bytes.
source "$(dirname "$0")/lib.sh"
need_data cdnow/transactions.csv
file=$TENURE_DATA/cdnow/transactions.csv

run 0 score --model "$models/cdnow.yaml" --transactions "$file" --as-of 1998-07-01 --out scores.csv
[ "$(wc -l <scores.csv)" -eq 23571 ] || fail "not 23570 customers"
has out "23,570 customers"
has out "learned until 1997-09-30, tested until 1998-06-30 (39 weeks)"
has out "WORTH"
[ "$(wc -l <out)" -le 70 ] || fail "the report has $(wc -l <out) lines"
longest=$(awk '{n = length($0); if (n > m) m = n} END {print m}' <(LC_ALL=C.UTF-8 sed 's/[^ -~]/x/g' out))
[ "$longest" -le 104 ] || fail "the report is $longest columns wide"

# "00001 19970101 1 11.77": runs of blanks, no header.
awk -F, 'NR > 1 {gsub("-", "", $2); printf " %s %s  %d %6.2f\r\n", $1, $2, $3, $4}' "$file" >original.txt
run 0 score --model "$models/cdnow.yaml" --transactions original.txt --no-header --delimiter space \
    --columns customer=1,date=2,amount=4 --as-of 1998-07-01 --out original.csv
same scores.csv original.csv

# Nothing later than the as-of counts, and it is said how much that is.
run 0 score --model "$models/cdnow.yaml" --transactions "$file" --as-of 1997-10-01 --format json
later=$(awk -F, 'NR > 1 && $2 > "1997-10-01"' "$file" | wc -l)
near "$(json read.0.after_as_of)" "$later" 0
near "$(json read.0.applied)" $((69659 - later)) 0
finish
