#!/usr/bin/env bash
# Other names, no header, other delimiters, stdin: the same base.
source "$(dirname "$0")/lib.sh"
shop_model
cat >t.csv <<'CSV'
customer,date,amount
a,2024-01-01,5
b,2024-02-03,7.5
a,2024-03-01,2
CSV
run 0 score --model shop.yaml --transactions t.csv --as-of 2025-01-01 --out plain.csv

# score_as NAME ARGUMENTS…: the same rows from another form of the file.
score_as() {
    local form=$1
    shift
    run 0 score --model shop.yaml --as-of 2025-01-01 --out "$form.csv" "$@"
    same plain.csv "$form.csv"
}

sed 's/customer,date,amount/ID,when,revenue/' t.csv >named.csv
score_as mapped --transactions named.csv --columns customer=ID,date=when,amount=revenue
score_as prefixed --transactions named.csv \
    --columns transactions.customer=ID,transactions.date=when,transactions.amount=revenue
awk -F, '{print $3 ";" $1 ";" $2}' t.csv >turned.csv
score_as semicolon --transactions turned.csv --delimiter ';'
tr , '\t' <t.csv >tabs.tsv
score_as tab --transactions tabs.tsv --delimiter tab
tail -n +2 t.csv >bare.csv
score_as no_header --transactions bare.csv --no-header
tail -n +2 turned.csv >bare_turned.csv
score_as numbers --transactions bare_turned.csv --delimiter ';' --no-header --columns amount=1,customer=2,date=3
# Blanks: runs count as one, blanks at the start are skipped, tabs are none.
awk -F, 'NR > 1 {gsub("-", "", $2); printf "  %s   %s  9 %6.2f  \n", $1, $2, $3}' t.csv >blanks.txt
score_as blanks --transactions blanks.txt --delimiter space --no-header --columns customer=1,date=2,amount=4
score_as stdin --transactions - <t.csv
sed 's/^/"/; s/,/","/g; s/$/"/' t.csv >quoted.csv
score_as quoted --transactions quoted.csv
sed 's/$/,extra/' t.csv >extra.csv
score_as extra --transactions extra.csv
has err "ignored: extra"
[ "$(wc -l <err)" -eq 1 ] || fail "more than one note: $(cat err)"

run bad score --model shop.yaml --as-of 2025-01-01 --transactions t.csv --columns amout=amount
has err "did you mean 'amount'"
run bad score --model shop.yaml --as-of 2025-01-01 --transactions t.csv --columns amount=revenue,date
has err "NAME=COLUMN"
run bad score --model shop.yaml --as-of 2025-01-01 --transactions bare.csv --no-header --columns amount=x
has err "numbered from 1"
run bad score --model shop.yaml --as-of 2025-01-01 --transactions t.csv --columns transactions.amount=revenue
has err "no column 'revenue'"
run bad score --model shop.yaml --as-of 2025-01-01 --transactions t.csv --delimiter ab
has err "--delimiter"

# One mapping for two files that each have one of the names.
printf 'ID,age\na,30\n' >c.csv
run 0 score --model shop.yaml --as-of 2025-01-01 --customers c.csv --transactions t.csv --columns customer=ID --select age,count.purchase --out -
is out 'customer,age,count.purchase
a,30,2
b,,1'

# Customers without a header.
printf 'a;DE;30\nb;FR;\n' >bare_customers.csv
run 0 score --model shop.yaml --as-of 2025-01-01 --customers bare_customers.csv --no-header --delimiter ';' \
    --columns customer=1,country=2,age=3 --select age,country --out -
is out 'customer,age,country
a,30,DE
b,,FR'
finish
