#!/usr/bin/env bash
# A device without room: a clear error and exit status 1, wherever the bytes were to go.
source "$(dirname "$0")/lib.sh"
[ -w /dev/full ] || { echo "skipped: there is no /dev/full" && exit 77; }
shop_model
printf 'customer,date,amount\na,2024-01-01,5\nb,x,5\n' >t.csv
inputs=(--model shop.yaml --transactions t.csv --as-of 2025-01-01)

run 1 score "${inputs[@]}" --out /dev/full
has err "/dev/full"
empty out
[ -c /dev/full ] || fail "/dev/full was replaced"
run 1 score "${inputs[@]}" --rejects /dev/full
has err "/dev/full"

# full ARGUMENTS…: with stdout on a full device.
full() {
    "$TENURE" "$@" >/dev/full 2>err
    local status=$?
    ran="tenure $* >/dev/full"
    [ $status -eq 1 ] || fail "$ran: exit status $status"
    [ -s err ] || fail "$ran: no message"
}
full --help
full score "${inputs[@]}"
full score "${inputs[@]}" --out -
full score "${inputs[@]}" --format json
full check shop.yaml
full explain "${inputs[@]}" --customer a
printf 'id,x,t_x,T,m\n1,2,5,10,3\n2,1,5,10,3\n3,0,0,9,0\n' >s.csv
full predict --purchases bg_nbd --parameters 0.2,4,0.8,2.4 --summary s.csv --horizon 10
full fit --purchases bg_nbd --summary s.csv

# A folder that is not there.
run 1 score "${inputs[@]}" --out no/such/folder/rows.csv
has err "no/such/folder"
finish
