#!/usr/bin/env bash
# Help, version, mistakes in the use of commands, exit statuses.
source "$(dirname "$0")/lib.sh"

run 0 --version
[[ "$(cat out)" =~ ^tenure\ [0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "--version prints '$(cat out)'"
run 0 --help
for command in check fit predict score explain generate; do has out "$command"; done
for command in check fit predict score explain generate; do
    run 0 $command --help
    has out "usage: tenure $command"
    has out "--format"
    empty err
done

run bad
empty out
has err "which command"
run bad scroe
has err "did you mean 'score'"
empty out
run bad zzzzzzzz
has err "unknown command"
run bad --verison
has err "unknown option"

run bad score --modle x.yaml
has err "did you mean '--model'"
run bad score
has err "--model"
run bad fit --purchases bg_nbd
has err "--transactions or --summary"
run bad fit --purchases bgnbd --summary x.csv
has err "bg_nbd"
run bad check
has err "model"
run bad check no_such_file.yaml
has err "no_such_file.yaml"
empty out

shop_model
run bad score --model shop.yaml --as-of 2025-01-01
has err "nothing to read"
printf 'customer,date,amount\na,2024-01-01,5\n' >t.csv
run bad score --model shop.yaml --transactions t.csv
has err "--as-of"
run bad score --model shop.yaml --transactions t.csv --as-of yesterday
has err "yesterday"
run bad score --model shop.yaml --transactions t.csv --as-of 2025-01-01 --format xml
has err "table, csv or json"
run bad score --model shop.yaml --transactions missing.csv --as-of 2025-01-01
has err "missing.csv"
run bad score --model shop.yaml --transactions . --as-of 2025-01-01
empty out
run bad score --model shop.yaml --transactions - --events - --as-of 2025-01-01
has err "stdin"
run 0 score --model shop.yaml --transactions t.csv --as-of 2025-01-01
has out "READ"
finish
