#!/usr/bin/env bash
# generate: the same bytes for the same seed; files that load without a reject; parameters that come
# back from the fit.
source "$(dirname "$0")/lib.sh"

run 0 generate --model "$models/retail.yaml" --customers 3000 --seed 7 --out one
has out "mbg_nbd"
run 0 generate --model "$models/retail.yaml" --customers 3000 --seed 7 --out two
run 0 generate --model "$models/retail.yaml" --customers 3000 --seed 8 --out three
for file in customers transactions events; do
    same one/$file.csv two/$file.csv
    cmp -s one/$file.csv three/$file.csv && fail "$file.csv does not depend on the seed"
    [ "$(wc -l <one/$file.csv)" -gt 3000 ] || fail "$file.csv is too short"
done
[ "$(wc -l <one/customers.csv)" -eq 3001 ] || fail "not 3000 customers"
# A larger base starts with the same customers.
run 0 generate --model "$models/retail.yaml" --customers 4000 --seed 7 --out four
head -n 3001 four/customers.csv >head.csv
same one/customers.csv head.csv

run 0 score --model "$models/retail.yaml" --customers one/customers.csv --transactions one/transactions.csv \
    --events one/events.csv --as-of 2025-07-01 --strict --format json
near "$(json customers)" 3000 0
near "$(json read.2.rejected)" 0 0
near "$(json read.2.after_as_of)" 0 0

# Every action and every attribute of the model occurs.
for action in visit email_open cart_add newsletter_join newsletter_unsubscribe refund referral complaint; do
    grep -q ",$action," one/events.csv || fail "no $action among the events"
done
head -1 one/customers.csv >header
for name in born age income country consent warranty_ends; do
    grep -qw $name header || fail "no attribute $name"
done
grep -q ',DE,' one/customers.csv || fail "the model asks for DE, the base has none"

# The truth is recovered: within four standard errors.
run 0 generate --model "$models/cdnow.yaml" --customers 20000 --seed 3 --from 1997-01-01 --to 1998-06-30 \
    --acquire-until 1997-03-31 --format csv --out cdnow
cp out truth.csv
[ "$(wc -l <cdnow/events.csv)" -eq 1 ] || fail "events of a model without any"
run 0 fit --purchases mbg_nbd --spend gamma_gamma --transactions cdnow/transactions.csv --format csv
awk -F, 'NR == FNR {if (FNR > 1) truth[$1 "," $3] = $4; next}
    ($1 "," $3) in truth {
        d = ($4 - truth[$1 "," $3]) / $5
        if (d < 0) d = -d
        if (d > 4) {print $1, $3, "is", $4, "but was", truth[$1 "," $3], "±", $5; bad = 1}
        n++
    }
    END {exit bad || n != 7}' truth.csv out || fail "the parameters are not recovered"

run bad generate --model "$models/cdnow.yaml" --customers 0 --seed 1 --out zero
has err "--customers"
run bad generate --model "$models/cdnow.yaml" --customers 10 --seed 1 --out x --from 2024-05-01 --to 2024-01-01
has err "--from"
finish
