#!/usr/bin/env bash
# install.sh BUILD SOURCE COMPILER: installs into an empty prefix, compiles README's example against what
# was installed, static and shared, and runs it. README must show the example as it is.
set -euo pipefail
build=$1 source=$2 compiler=$3
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT

cmake --install "$build" --prefix "$prefix" >/dev/null
pc=$(dirname "$(find "$prefix" -name tenure.pc)")
export PKG_CONFIG_PATH=$pc
lib=$(dirname "$pc")
sanitize=$(sed -n 's/^TENURE_SANITIZE:STRING=\(.*\)/\1/p' "$build/CMakeCache.txt")
flags=()
[ -z "$sanitize" ] || flags=("-fsanitize=$sanitize")

expect() {
    local got
    got=$("$@")
    [ "$got" = "anna: 39.142 points, MQL" ] || { echo "the example printed: $got" >&2; exit 1; }
}
read -ra shared <<<"$(pkg-config --cflags --libs tenure)"
"$compiler" -Wall -Wextra -Werror "${flags[@]}" -o "$prefix/shared" "$source/tests/install/example.c" "${shared[@]}" -Wl,-rpath,"$lib"
expect "$prefix/shared"
rm "$lib"/libtenure.so*
read -ra static <<<"$(pkg-config --cflags --libs --static tenure)"
"$compiler" -Wall -Wextra -Werror "${flags[@]}" -o "$prefix/static" "$source/tests/install/example.c" "${static[@]}"
expect "$prefix/static"

# README shows the example between its fences, to the letter.
awk '/^```c$/ {on = 1; next} /^```$/ {on = 0} on' "$source/README.md" | diff - "$source/tests/install/example.c" || {
    echo "README's example is not tests/install/example.c" >&2
    exit 1
}
[ -f "$prefix/share/tenure/models/retail.yaml" ]
[ -x "$prefix/bin/tenure" ]
