#!/usr/bin/env bash
# Bad rows: counted, with the right line and a reason; to a file; --strict.
source "$(dirname "$0")/lib.sh"
shop_model

cat >t.csv <<'CSV'
customer,date,amount
a,2024-01-01,5
b,2024-01-01,$12.00
c,2024-01-01,"1,234.50"
d,2024-01-01,1,234.50
e,2024-01-01,12 EUR
f,2024-01-01,nan
g,2024-01-01,
h,2024-13-01,5
i,yesterday,5
"j
k",2024-01-01,5
l,2024-01-01,-5
m,2024-01-01,1e400
,2024-01-01,5
n,1969-12-31,5
o,2201-01-01,5
p,2024-01-02,-0
q,2024-01-02,.5
CSV
run 0 score --model shop.yaml --transactions t.csv --as-of 2025-01-01 --rejects r.csv --select sum.purchase --out -
is out 'customer,sum.purchase
a,5
p,0
q,0.5'
[ "$(head -1 r.csv)" = "line,reason,row,file" ] || fail "header of the rejects: $(head -1 r.csv)"
for line in 3 4 5 6 7 8 9 10 11 13 14 15 16 17; do
    grep -q "^$line," r.csv || fail "line $line is not rejected: $(cat r.csv)"
done
[ "$(grep -cE '^[0-9]+,' r.csv)" -eq 14 ] || fail "not 14 rejects: $(cat r.csv)"
grep -q '^3,.*currency.*,"*b,2024-01-01,\$12.00' r.csv || fail "line 3: $(grep ^3, r.csv)"
grep -q '^4,.*thousands' r.csv || fail "line 4: $(grep ^4, r.csv)"
grep -q '^5,.*4 fields where 3' r.csv || fail "line 5: $(grep ^5, r.csv)"
grep -q '^13,.*refund' r.csv || fail "a negative purchase wants advice: $(grep ^13, r.csv)"
has err "14 of 17 rows rejected"
has_not err "t.csv:3:"

# Without a file: the first ten, and the number of all.
run 0 score --model shop.yaml --transactions t.csv --as-of 2025-01-01 --out rows.csv
[ "$(grep -c 't.csv:[0-9]*: rejected' err)" -eq 10 ] || fail "not ten rejects on stderr"
has err "14 of 17 rows rejected"
has out "rejected"

# Strict: the first, by line, and nothing written.
run 1 score --model shop.yaml --transactions t.csv --as-of 2025-01-01 --strict --out strict.csv
has err "t.csv:3:"
has_not err "t.csv:4:"
empty out
[ ! -e strict.csv ] || fail "--strict left rows behind"
# … also where the reader finds a later row before the engine finds an earlier one.
printf 'customer,date,amount\na,2024-01-01,5\nb,2024-01-01,-5\nc,x,5\n' >order.csv
run 1 score --model shop.yaml --transactions order.csv --as-of 2025-01-01 --strict
has err "order.csv:3:"
printf 'customer,date,amount\na,2024-01-01,5\n' >good.csv
run 0 score --model shop.yaml --transactions good.csv --as-of 2025-01-01 --strict

# Line numbers hold beyond the first batch.
{
    echo customer,date,amount
    seq 1 20000 | sed 's/.*/c&,2024-01-01,5/'
    echo bad,2024-01-01,x
    seq 20001 30000 | sed 's/.*/c&,2024-01-01,5/'
    echo worse,x,5
} >many.csv
run 0 score --model shop.yaml --transactions many.csv --as-of 2025-01-01 --rejects r.csv --select count.purchase --out rows.csv
[ "$(cut -d, -f1 r.csv | tr '\n' ' ')" = "line 20002 30003 " ] || fail "lines: $(cut -d, -f1 r.csv)"
[ "$(wc -l <rows.csv)" -eq 30001 ] || fail "not 30000 customers"

# Attributes: what is wrong and what was wanted.
printf 'customer,age,newsletter,born\na,x,true,1990-01-01\nb,4.5,true,\nc,5,maybe,\nd,6,yes,1990-02-30\ne,7,true,1990-01-01\n' >c.csv
run 0 score --model shop.yaml --customers c.csv --as-of 2025-01-01 --select age --out - --rejects r.csv
for line in 2 3 4 5; do grep -q "^$line," r.csv || fail "line $line is not rejected: $(cat r.csv)"; done
has out 'e,7'
# The rejects of all files are in one file.
run 0 score --model shop.yaml --customers c.csv --transactions t.csv --as-of 2025-01-01 --rejects r.csv
grep -q ',c.csv$' r.csv && grep -q ',t.csv$' r.csv || fail "the file is not named"

# A summary file's rows too.
printf 'id,x,t_x,T,m\n1,2,5,10,3\n2,2,11,10,3\n3,-1,0,10,0\n4,1.5,2,10,3\n5,1,2,10,3\n' >s.csv
run 0 predict --purchases bg_nbd --parameters 0.2,4,0.8,2.4 --summary s.csv --horizon 10
[ "$(cut -d, -f1 out | tr '\n' ' ')" = "customer 1 5 " ] || fail "rows: $(cat out)"
for line in 3 4 5; do has err "s.csv:$line: rejected"; done
run 1 predict --purchases bg_nbd --parameters 0.2,4,0.8,2.4 --summary s.csv --horizon 10 --strict
has err "s.csv:3:"
finish
