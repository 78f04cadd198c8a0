#!/usr/bin/env bash
# The report's test on the CDNOW sample: published predictions of the next 39 weeks.
source "$(dirname "$0")/lib.sh"
need_data cdnow/sample_transactions.csv

# expected MODEL PURCHASES RELATIVE
expected() {
    cat >model.yaml <<YAML
tenure: 1
name: holdout
actions: {purchase: {value: money}}
transactions: {action: purchase, one_per: day, unit: week}
clv: {purchases: $1, spend: gamma_gamma, horizon: 52w, discount: 10%, margin: 30%}
YAML
    run 0 score --model model.yaml --transactions "$TENURE_DATA/cdnow/sample_transactions.csv" --as-of 1998-07-01 \
        --holdout 1997-09-30 --format json
    near "$(json trust.all.actual_purchases)" 1882 0
    near "$(json trust.all.predicted_purchases)" "$2" "$3"
    near "$(json trust.all.customers)" 2357 0
    near "$(json trust.horizon)" 39 1e-12
    near "$(json fit.purchases.customers)" 2357 0
}
expected bg_nbd 1653.4 1e-4
expected mbg_nbd 1576.7 1e-4
# Its likelihood is flat around the maximum.
expected pareto_nbd 1665.7 2e-4

# The groups add up to the whole.
sum=0
for i in 0 1 2 3 4 5 6 7; do sum=$((sum + $(json trust.by_repeats.$i.actual_purchases))); done
near "$sum" 1882 0
# The middle of the span by default.
run 0 score --model model.yaml --transactions "$TENURE_DATA/cdnow/sample_transactions.csv" --as-of 1998-07-01 --format json
[ "$(json trust.learned_until)" = 1997-09-30 ] || fail "learned until $(json trust.learned_until)"
run bad score --model model.yaml --transactions "$TENURE_DATA/cdnow/sample_transactions.csv" --as-of 1998-07-01 --holdout 1999-01-01
has err "--holdout"
finish
