# Helpers of the integration tests, sourced by each. A test counts what fails and ends with `finish`.
set -uo pipefail
: "${TENURE:?the path of the program}" "${TENURE_SOURCE:?the path of the sources}"
models=$TENURE_SOURCE/share/models
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

fail() {
    echo "FAILED: $*" >&2
    failures=$((failures + 1))
}

# run STATUS ARGUMENTS…: runs tenure, its output in out and err; checks the exit status. A status of
# "bad" is any but 0.
run() {
    local want=$1 status
    shift
    "$TENURE" "$@" >out 2>err
    status=$?
    ran="tenure $*"
    if [ "$want" = bad ]; then
        [ $status -ne 0 ] && [ $status -lt 126 ] || fail "$ran: exit status $status"
    elif [ $status -ne "$want" ]; then
        fail "$ran: exit status $status, not $want: $(head -c 400 err)"
    fi
}

# has FILE TEXT: the file holds the text.
has() { grep -qF -- "$2" "$1" || fail "$ran: $1 lacks '$2', has: $(head -c 600 "$1")"; }
has_not() { ! grep -qF -- "$2" "$1" || fail "$ran: $1 has '$2'"; }
# is FILE TEXT: the file is the text and a newline.
is() { [ "$(cat "$1")" = "$2" ] || fail "$ran: $1 is not '$2' but '$(head -c 600 "$1")'"; }
same() { cmp -s "$1" "$2" || fail "$ran: $1 and $2 differ: $(diff "$1" "$2" | head -5)"; }
empty() { [ ! -s "$1" ] || fail "$ran: $1 is not empty: $(head -c 300 "$1")"; }
# near VALUE WANTED RELATIVE: numbers that agree.
near() {
    awk -v a="$1" -v b="$2" -v r="$3" 'BEGIN {
        d = a - b; if (d < 0) d = -d; m = b < 0 ? -b : b
        exit !(a != "" && d <= r * m)
    }' || fail "$ran: $1 is not within $3 of $2"
}
# json PATH: a value of the JSON in out.
json() { "$JSON_GET" out "$1" || fail "$ran: no JSON value at $1"; }

# Real data: without TENURE_DATA the test is skipped; with it, a missing file is a failure.
need_data() {
    if [ -z "${TENURE_DATA:-}" ]; then
        echo "skipped: TENURE_DATA is not set; this test needs real data"
        exit 77
    fi
    local file
    for file; do
        [ -r "$TENURE_DATA/$file" ] || { echo "TENURE_DATA has no $file" >&2 && exit 1; }
    done
}

finish() {
    [ $failures -eq 0 ] || { echo "$failures failed" >&2 && exit 1; }
    exit 0
}

# A small model to load files with.
shop_model() {
    cat >shop.yaml <<'YAML'
tenure: 1
name: shop
attributes:
  age: {type: int}
  country: {type: category}
  income: {type: float}
  newsletter: {type: bool}
  born: {type: date}
actions:
  visit:
  purchase: {value: money, fields: {category: category}}
  refund: {value: money}
  survey: {value: rating}
  fresh_bought: {of: purchase, where: "category = 'fresh'"}
transactions: {action: purchase, minus: refund, one_per: day, unit: week}
scores:
  lead:
    range: [0, 100]
    groups: {web: {cap: 3}}
    rules:
      bought: {action: purchase, points: 10, cap: 25}
      visited: {action: visit, points: 2, group: web}
      grown_up: {if: "age >= 18", points: 5}
segments:
  german: "country = 'DE'"
YAML
}
