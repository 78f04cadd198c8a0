#!/usr/bin/env bash
# RFM by the rules of the R package rfm, row by row.
source "$(dirname "$0")/lib.sh"
need_data rfm/orders.csv rfm/expected_scores.csv rfm/expected_segments.csv
cat >rfm.yaml <<'YAML'
tenure: 1
name: rfm
actions: {purchase: {value: money}}
transactions: {action: purchase}
rfm:
  method: rfm
  bins: 5
  segments:
    Champions:          {recency: [4, 5], frequency: [4, 5], monetary: [4, 5]}
    Loyal Customers:    {recency: [2, 5], frequency: [3, 5], monetary: [3, 5]}
    Potential Loyalist: {recency: [3, 5], frequency: [1, 3], monetary: [1, 3]}
    New Customers:      {recency: [4, 5], frequency: [1, 1], monetary: [1, 1]}
    Promising:          {recency: [3, 4], frequency: [1, 1], monetary: [1, 1]}
    Need Attention:     {recency: [2, 3], frequency: [2, 3], monetary: [2, 3]}
    About To Sleep:     {recency: [2, 3], frequency: [1, 2], monetary: [1, 2]}
    At Risk:            {recency: [1, 2], frequency: [2, 5], monetary: [2, 5]}
    Can't Lose Them:    {recency: [1, 1], frequency: [4, 5], monetary: [4, 5]}
    Lost:               {recency: [1, 2], frequency: [1, 2], monetary: [1, 2]}
traits:
  days: "days_since(last(purchase))"
YAML
run 0 score --model rfm.yaml --transactions "$TENURE_DATA/rfm/orders.csv" --columns amount=revenue --as-of 2006-12-31 \
    --select trait.days,count.purchase,sum.purchase,rfm.recency,rfm.frequency,rfm.monetary,rfm.segment --out rows.csv
sed '1s/.*/customer,recency_days,frequency,monetary,r,f,m,segment/' rows.csv >renamed.csv
tr -d '\r' <"$TENURE_DATA/rfm/expected_scores.csv" | sort >expected.csv
sort renamed.csv >actual.csv
same expected.csv actual.csv

# By segment: customers, orders and revenue.
awk -F, 'NR > 1 {n[$8]++; o[$8] += $3; r[$8] += $4} END {for (s in n) print s "," n[s] "," o[s] "," r[s]}' renamed.csv |
    sort >segments.csv
tail -n +2 "$TENURE_DATA/rfm/expected_segments.csv" | tr -d '\r' | sort >expected_segments.csv
same expected_segments.csv segments.csv
grep -qx 'Champions,158,1234,120178' segments.csv || fail "Champions: $(grep Champions segments.csv)"

run 0 score --model rfm.yaml --transactions "$TENURE_DATA/rfm/orders.csv" --columns amount=revenue --as-of 2006-12-31 --format json
near "$(json rfm_segments.0.count)" 158 0
finish
