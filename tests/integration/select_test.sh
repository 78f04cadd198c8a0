#!/usr/bin/env bash
# --select, --where, --out and the form of the rows.
source "$(dirname "$0")/lib.sh"
shop_model
cat >events.csv <<'CSV'
customer,action,at,value
b,purchase,2024-05-01,20.5
a,purchase,2024-05-08,30
a,purchase,2025-03-01,30
late,visit,2025-03-01,
CSV
cat >customers.csv <<'CSV'
customer,age,country,newsletter,born,income
a,30,DE,true,1990-02-03,1e6
only,,,,,-0
"q,uote",18,"Isle ""of"" Man",false,,0.1
CSV
inputs=(--model shop.yaml --customers customers.csv --events events.csv --as-of 2025-01-01)

run 0 score "${inputs[@]}" --out - \
    --select age,country,newsletter,born,income,count.purchase,last.purchase,joined,score.lead,segment.german
is out 'customer,age,country,newsletter,born,income,count.purchase,last.purchase,joined,score.lead,segment.german
a,30,DE,true,1990-02-03,1000000,1,2024-05-08T00:00:00Z,2024-05-08T00:00:00Z,15,true
b,,,,,,1,2024-05-01T00:00:00Z,2024-05-01T00:00:00Z,10,false
only,,,,,0,0,,,0,false
"q,uote",18,"Isle ""of"" Man",false,,0.1,0,,,5,false'

# All derived columns by default, in the order of the words; the same rows as a file.
run 0 score "${inputs[@]}" --out -
is <(head -1 out) 'customer,score.lead,segment.german'
cp out all.csv
run 0 score "${inputs[@]}" --out rows.csv
same all.csv rows.csv
has out "READ"
run 0 score "${inputs[@]}" --format csv
same all.csv out
# The report has its parts in order.
run 0 score "${inputs[@]}"
awk '/^READ/ {a = NR} /^SEGMENTS/ {b = NR} /^BEST/ {c = NR} END {exit !(a && a < b && b < c)}' out ||
    fail "the report is out of order: $(cat out)"
run 0 score "${inputs[@]}" --format json
near "$(json customers)" 4 0
near "$(json segments.0.count)" 1 0

run 0 score "${inputs[@]}" --out - --select age --where "age >= 18 and country != 'DE'"
is out 'customer,age
"q,uote",18'
run 0 score "${inputs[@]}" --out - --select customer --where "segment.german"
is out 'customer
a'
run bad score "${inputs[@]}" --out - --select agee
has err "age"
empty out
run bad score "${inputs[@]}" --out - --select age,,country
has err "--select"
run bad score "${inputs[@]}" --out - --where "age >= 'x'"
empty out
run bad score "${inputs[@]}" --out kept.csv --where "agee > 1"
[ ! -e kept.csv ] || fail "a wrong --where left a file behind"
# A slip in --select is found before anything is read.
run bad score --model shop.yaml --events missing.csv --as-of 2025-01-01 --out - --select agee
has err "agee"
finish
