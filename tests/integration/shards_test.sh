#!/usr/bin/env bash
# The same bytes for any number of shards and threads, and for every instruction set.
source "$(dirname "$0")/lib.sh"
run 0 generate --model "$models/retail.yaml" --customers 5000 --seed 11 --out base
inputs=(--model "$models/retail.yaml" --customers base/customers.csv --transactions base/transactions.csv
    --events base/events.csv --as-of 2025-07-01)
# A base with parameters to fit, too.
sed '/^  parameters:/,/gamma_gamma: \[/d' "$models/retail.yaml" >fitted.yaml
grep -q 'mbg_nbd: \[' fitted.yaml && fail "the parameters were not taken out"
fitted=(--model fitted.yaml "${inputs[@]:2}")

# without_times: the report's JSON without what differs from run to run.
without_times() { grep -vE '"(seconds|load|fit|rescore|report|rows|memory_bytes)": [0-9.e-]+|"file"' out; }

run 0 score "${inputs[@]}" --shards 1 --threads 1 --out one.csv
run 0 score "${fitted[@]}" --shards 1 --threads 1 --out fitted.csv
run 0 score "${fitted[@]}" --shards 1 --threads 1 --format json
without_times >report.json
for layout in "2 1" "2 2" "7 2" "7 1"; do
    read -r shards threads <<<"$layout"
    run 0 score "${inputs[@]}" --shards "$shards" --threads "$threads" --out more.csv
    same one.csv more.csv
    run 0 score "${fitted[@]}" --shards "$shards" --threads "$threads" --out more.csv
    same fitted.csv more.csv
    run 0 score "${fitted[@]}" --shards "$shards" --threads "$threads" --format json
    without_times >more.json
    same report.json more.json
done

for isa in base avx2 avx512; do
    TENURE_ISA=$isa "$TENURE" score "${fitted[@]}" --out isa.csv >out 2>err || {
        grep -qi "$isa" err && echo "this machine has no $isa" && continue
        fail "TENURE_ISA=$isa: $(cat err)"
    }
    ran="TENURE_ISA=$isa tenure score"
    same fitted.csv isa.csv
done
finish
