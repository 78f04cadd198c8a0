#!/usr/bin/env bash
# explain: every line adds up to the score that `score` writes, in each form.
source "$(dirname "$0")/lib.sh"
shop_model
cat >events.csv <<'CSV'
customer,action,at,value
a,purchase,2024-05-01,20
a,purchase,2024-05-08,30
a,purchase,2024-06-01,30
a,visit,2024-05-03,
a,visit,2024-05-04,
b,visit,2024-05-04,
CSV
printf 'customer,age\na,30\n' >c.csv
inputs=(--model shop.yaml --customers c.csv --events events.csv --as-of 2025-01-01)

run 0 explain "${inputs[@]}" --customer a
for text in bought visited grown_up "web cap" "= score" "33.0000"; do has out "$text"; done
run 0 explain "${inputs[@]}" --customer a --format csv
sum=$(awk -F, 'NR > 1 {s += $7} END {print s}' out)
taken=$(awk -F, '$2 == "bought" || $2 == "web" {s += $6} END {print s}' out)
run 0 score "${inputs[@]}" --select score.lead --out -
has out "a,$sum"
near "$sum" 33 0
[ "${taken#-}" = 6 ] || fail "the caps take 6 points, not $taken"
run 0 explain "${inputs[@]}" --customer a --format json
near "$(json scores.0.score)" 33 0
near "$(json summary.x)" 2 0
near "$(json summary.T)" 35 1e-12
run 0 explain "${inputs[@]}" --customer b
has out "2.0000"

run 1 explain "${inputs[@]}" --customer nobody
has err "no customer 'nobody'"
empty out
run bad explain "${inputs[@]}"
has err "--customer"
finish
