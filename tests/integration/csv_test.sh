#!/usr/bin/env bash
# CSV as it comes: quotes, CRLF, byte order marks, UTF-8, empty fields, long lines, broken files.
source "$(dirname "$0")/lib.sh"
shop_model

# score_with KIND FILE SELECT: the rows of a base loaded from one file.
score_with() {
    run 0 score --model shop.yaml "--$1" "$2" --as-of 2025-01-01 --select "$3" --out -
}

# Quotes, quoted delimiters, quotes inside quotes, quoted line ends, empty fields.
printf 'customer,country,age\n"a, b",DE,30\n"say ""hi""",FR,\n"two\nlines",IT,5\nc,,7\n' >q.csv
run 0 score --model shop.yaml --customers q.csv --as-of 2025-01-01 --select country,age --out -
# An id with a line end has a control character and is refused; its line is 4.
has err "q.csv:4:"
is out 'customer,country,age
"a, b",DE,30
c,,7
"say ""hi""",FR,'

# CRLF, a byte order mark, no line end at the end.
printf '\xef\xbb\xbfcustomer,age\r\na,1\r\nb,2' >crlf.csv
score_with customers crlf.csv age
is out 'customer,age
a,1
b,2'
empty err

# CR alone, as old Macintosh files have it.
printf 'customer,age\ra,1\rb,2\r' >cr.csv
score_with customers cr.csv age
is out 'customer,age
a,1
b,2'

# Empty lines are no rows.
printf '\ncustomer,age\n\n\na,1\n\nb,2\n\n' >blank.csv
score_with customers blank.csv age
is out 'customer,age
a,1
b,2'
empty err

# UTF-8 in ids, values and file names.
printf 'customer,country\n東京-1,سعودی\nzoë,Ünited\n' >'daten-ü.csv'
score_with customers 'daten-ü.csv' country
is out 'customer,country
zoë,Ünited
東京-1,سعودی'

# What is no UTF-8 is rejected, the rest loaded.
printf 'customer,country\na,\xff\xfe\nb,DE\n' >latin.csv
score_with customers latin.csv country
has err "latin.csv:2:"
has err "UTF-8"
is out 'customer,country
b,DE'
printf 'customer,country\na,D\0E\nb,DE\n' >nul.csv
score_with customers nul.csv country
has err "nul.csv:2:"
is out 'customer,country
b,DE'

# UTF-16 has a clear message.
printf '\xff\xfec\0u\0s\0t\0' >utf16.csv
run 1 score --model shop.yaml --customers utf16.csv --as-of 2025-01-01
has err "UTF-16"

# A million characters in a field that is not needed, and in one that is.
long=$(head -c 1000000 /dev/zero | tr '\0' x)
{
    echo customer,date,amount,note
    echo "a,2024-01-01,5,$long"
    echo "b,2024-01-02,6,\"$long\""
} >long.csv
score_with transactions long.csv count.purchase,sum.purchase
is out 'customer,count.purchase,sum.purchase
a,1,5
b,1,6'
{
    echo customer,country
    echo "a,$long"
    echo "b,DE"
} >long_text.csv
score_with customers long_text.csv country
has err "long_text.csv:2:"
is out 'customer,country
b,DE'
printf 'customer,age\n%s,4\nb,5\n' "${long:0:257}" >long_id.csv
score_with customers long_id.csv age
has err "long_id.csv:2:"
is out 'customer,age
b,5'

# A stray quote and a quote never closed cost one row each.
printf 'customer,age\na,1\n"b"x,2\nc"d,3\ne,4\n' >stray.csv
score_with customers stray.csv age
has err "stray.csv:3:"
has err "stray.csv:4:"
is out 'customer,age
a,1
e,4'
printf 'customer,age\na,1\n"b,2\nc,3\nd,4\n' >open.csv
score_with customers open.csv age
has err "open.csv:3:"
has err "never closed"
is out 'customer,age
a,1
c,3
d,4'

# Rows too short and too long; empty fields at the end are forgiven.
printf 'customer,age,country\na,1\nb,2,DE,x\nc,3,DE,,\n' >ragged.csv
score_with customers ragged.csv age
has err "ragged.csv:2: rejected: 2 fields where 3 are expected"
has err "ragged.csv:3: rejected: 4 fields where 3 are expected"
is out 'customer,age
c,3'

# Wrong and missing headers.
printf 'customer,agee\na,1\n' >typo.csv
run 1 score --model shop.yaml --customers typo.csv --as-of 2025-01-01
has err "typo.csv:1:"
has err "did you mean 'age'"
run 0 score --model shop.yaml --customers typo.csv --as-of 2025-01-01 --ignore-unknown
has err "ignored: agee"
printf 'id,date,amount\na,2024-01-01,5\n' >noid.csv
run 1 score --model shop.yaml --transactions noid.csv --as-of 2025-01-01
has err "no column 'customer'"
has err "'id'"
printf 'customer,date,amount,amount\na,2024-01-01,5,6\n' >twice.csv
run 1 score --model shop.yaml --transactions twice.csv --as-of 2025-01-01
has err "two columns are named 'amount'"

# No data at all.
: >nothing.csv
run 1 score --model shop.yaml --transactions nothing.csv --as-of 2025-01-01
has err "nothing.csv"
has err "empty"
printf 'customer,date,amount\n' >header.csv
run 0 score --model shop.yaml --transactions header.csv --as-of 2025-01-01 --out -
[ "$(wc -l <out)" -eq 1 ] || fail "a file with a header only gives rows"
run 0 score --model shop.yaml --transactions header.csv --as-of 2025-01-01
has out "0 customers"
run 1 fit --purchases bg_nbd --transactions header.csv
has err "no transaction"

# Garbage ends in a message, not in a crash.
head -c 100000 "$TENURE" >garbage.csv
run 1 score --model shop.yaml --transactions garbage.csv --as-of 2025-01-01
{
    printf 'customer,date,amount\n'
    head -c 300000 "$TENURE"
    printf '\na,2024-01-01,5\n'
} >half_garbage.csv
run 0 score --model shop.yaml --transactions half_garbage.csv --as-of 2025-01-01 --rejects r.csv --select count.purchase --out -
has out 'a,1'

# Events: fields, values wanted and not, unknown and derived actions.
cat >events.csv <<'CSV'
customer,action,at,value,category,note
a,purchase,2024-05-01T10:00:00Z,20,fresh,x
a,purchase,2024-05-02,30,dry,
a,visit,1714521600000,,,
a,visit,2024-05-03 08:00:00+02:00,,,
a,refund,20240504,5,,
b,vist,2024-05-01,,,
b,fresh_bought,2024-05-01,4,,
b,visit,2024-05-01,3,,
b,purchase,2024-05-01,,fresh,
b,purchase,2024-05-32,3,fresh,
b,purchase,2024-05-31,-3,fresh,
b,visit,2025-01-02,,,
CSV
run 0 score --model shop.yaml --events events.csv --as-of 2025-01-01 --out - \
    --select count.purchase,count.fresh_bought,count.visit,sum.refund,score.lead
is out 'customer,count.purchase,count.fresh_bought,count.visit,sum.refund,score.lead
a,2,1,2,5,23'
has err "ignored: note"
has err "events.csv:7: rejected: unknown action 'vist'; did you mean 'visit'?"
has err "events.csv:8: rejected: action 'fresh_bought' is derived"
for line in 9 10 11 12; do has err "events.csv:$line: rejected:"; done
has_not err "events.csv:13"
has err "6 of 12 rows rejected"
finish
