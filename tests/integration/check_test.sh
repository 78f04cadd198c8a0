#!/usr/bin/env bash
# check: what it prints, its warnings, errors with a position, data.
source "$(dirname "$0")/lib.sh"
shop_model

run 0 check shop.yaml
for text in shop age country purchase score.lead segment.german; do has out "$text"; done
run 0 check shop.yaml --format json
[ "$(json warnings)" = "[]" ] || has out warning
run 0 check shop.yaml --format csv
has out "score.lead"
for model in cdnow retail grocery; do
    run 0 check "$models/$model.yaml"
    has out "$model"
done

# A mistake: file, line, column, a caret, the nearest name; exit 1.
sed 's/age >= 18/agee >= 18/' shop.yaml >typo.yaml
line=$(grep -n agee typo.yaml | cut -d: -f1)
run 1 check typo.yaml
empty out
grep -q "^typo.yaml:$line:[0-9]*: " err || fail "no position: $(cat err)"
has err "'age'"
has err "^"
run 1 score --model typo.yaml --transactions none.csv --as-of 2025-01-01
grep -q "^typo.yaml:$line:" err || fail "score gives no position: $(cat err)"

# Warnings of a model: a grade that cannot be reached, a rule that grows for ever.
cat >warn.yaml <<'YAML'
tenure: 1
name: warn
actions: {visit: {}, purchase: {value: money}}
transactions: {action: purchase}
scores:
  lead:
    rules:
      visits: {action: visit, points: 1, cap: 10}
    grades: {top: 50}
  endless:
    rules:
      visits: {action: visit, points: 1}
YAML
run 0 check warn.yaml
has out "warning"
has out "top"
has out "visits"

# Warnings that need data: a segment that is empty, one that is always true.
cat >>shop.yaml <<'YAML'
  never: "age > 200"
  always: "age > 0"
YAML
printf 'customer,age,country\na,30,DE\nb,40,FR\n' >c.csv
run 0 check shop.yaml --data --customers c.csv --as-of 2025-01-01
has out "never"
has out "always"
grep -i 'warning.*never.*empty' out >/dev/null || fail "no warning of an empty segment: $(cat out)"
run 0 check shop.yaml --data --customers c.csv --as-of 2025-01-01 --format json
case "$(json warnings)" in *never*) ;; *) fail "no warning in the JSON" ;; esac
run bad check shop.yaml --data
has err "nothing to read"
finish
