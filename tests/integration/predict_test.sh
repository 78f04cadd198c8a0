#!/usr/bin/env bash
# predict against values computed in 40-digit arithmetic, row by row.
source "$(dirname "$0")/lib.sh"
need_data cdnow/sample_reference_exact.csv
reference=$TENURE_DATA/cdnow/sample_reference_exact.csv

# column NAME REFERENCE_COLUMN RELATIVE
column() {
    "$CSV_COMPARE" "$predicted" "$1" "$reference" "$2" "$3" || fail "$ran: $1 differs from $2"
}

run 0 predict --purchases bg_nbd --parameters ".24259292827982198, 4.413532265271817, .7928859664406002, 2.4257523826255123" \
    --spend gamma_gamma --spend-parameters "6.248802496077898,3.744588460922642,15.447748064920148" \
    --summary "$reference" --horizon 39 --clv-step 4.345 --clv-steps 12 --clv-discount 0.01
cp out bg.csv
predicted=bg.csv
is <(head -1 out) 'customer,x,t_x,T,m,p_alive,expected_purchases,expected_spend,clv'
column customer customer_id 0
for name in x t_x T; do column $name $name 1e-15; done
column m zbar 1e-15
column p_alive bg_palive 1e-12
column expected_purchases bg_exp_39w 1e-10
column expected_spend gg_exp_avg_value 1e-10
column clv bg_clv12m_freqW_d001 1e-10

run 0 predict --purchases pareto_nbd --parameters ".5532928167132171,10.57788386024823,.6061853589481827,11.666927653885848" \
    --summary - --horizon 39 <"$reference"
cp out pareto.csv
predicted=pareto.csv
column p_alive pnbd_palive 1e-12
column expected_purchases pnbd_exp_39w 1e-10
# No spend model, no money.
[ "$(sed -n 2p out | cut -d, -f8,9)" = , ] || fail "spend without a spend model: $(sed -n 2p out)"

# The same in JSON, and for a horizon whose last step is shortened.
run 0 predict --purchases bg_nbd --parameters "0.2425,4.41,0.79,2.42" --spend mean --summary "$reference" --horizon 10.5 --format json
near "$(json 0.x)" 2 0
near "$(json 0.expected_spend)" 22.35 1e-12
run 0 predict --purchases bg_nbd --parameters "0.2425,4.41,0.79,2.42" --summary "$reference" --horizon 39 --format table
has out p_alive

for wrong in "0.2,4,0.8" "0.2,4,0.8,2,1" "0.2,4,x,2" "" "0.2,-4,0.8,2.4" "nan,1,1,1"; do
    run bad predict --purchases bg_nbd --parameters "$wrong" --summary "$reference" --horizon 39
    empty out
done
run bad predict --purchases bg_nbd --parameters 0.2,4,0.8,2.4 --summary "$reference" --horizon 0
run bad predict --purchases bg_nbd --parameters 0.2,4,0.8,2.4 --summary "$reference" --horizon 39 --clv-steps 1000000
has err "steps"
run bad predict --purchases bg_nbd --parameters 0.2,4,0.8,2.4 --spend gamma_gamma --spend-parameters 6,1,15 --summary "$reference" --horizon 39
has err "q"
finish
