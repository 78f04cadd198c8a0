#!/usr/bin/env bash
# tools/demo from end to end, small, with the program that is built already.
source "$(dirname "$0")/lib.sh"

# demo FOLDER ARGUMENTS…
demo() {
    local folder=$1
    shift
    ran="tools/demo $*"
    "$TENURE_SOURCE/tools/demo" --program "$TENURE" --out "$work/$folder" --customers 2000 "$@" >out 2>err ||
        fail "$ran: $(tail -5 err)"
    has out "predicted against actual"
    has out "CAN YOU TRUST IT?"
    has out "2,000 customers as of 2025-07-01"
    [ "$(wc -l <"$folder/scores.csv")" -eq 23571 ] || fail "$ran: scores.csv has not 23570 rows"
}

data=${TENURE_DATA:-}
unset TENURE_DATA
demo synthetic
has out "brucehardie.com"
# Every parameter is there with its truth, and none is off by more than four standard errors.
awk '/s\.e\.$/ {n++; d = $6; if (d < 0) d = -d; if (d > 4) bad = 1} END {exit bad || n != 7}' out ||
    fail "the parameters are not recovered: $(grep 's\.e\.' out)"

"$TENURE_SOURCE/tools/demo" --program "$TENURE" --out "$work/none" --data "$work/none" >out 2>err && fail "a folder without data is accepted"
has err "cdnow/transactions.csv"
"$TENURE_SOURCE/tools/demo" --help >out || fail "demo --help"
has out "--data DIR"

if [ -n "$data" ]; then
    TENURE_DATA=$data
    need_data cdnow/transactions.csv
    demo real --data "$data"
    has out "byte for byte"
    has out "19,684"
fi
finish
