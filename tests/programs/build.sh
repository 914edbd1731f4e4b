#!/bin/sh
# Compiles the programs of this folder and of ../../examples to Wasm, with Zig's C compiler from
# PyPI: `python3 -m venv zig && zig/bin/pip install ziglang==0.17.0 && PYTHON=zig/bin/python3 ./build.sh`.
# The results are committed: nobody needs this script to run the tests.
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-python3}

# compile NAME SOURCE FLAGS...: stripped, so that the committed files stay small.
compile() {
    name=$1
    source=$2
    shift 2
    driver=cc
    case $source in *.cpp) driver=c++ ;; esac
    "$python" -m ziglang $driver --target=wasm32-wasi -O2 -Wall -Wextra -o "$name.wasm" "$source" "$@"
}

for source in *.c; do
    name=${source%.c}
    case $name in
    copy) compile $name $source -s -mbulk-memory ;;
    overflow) compile $name $source -s -Wno-infinite-recursion -fno-optimize-sibling-calls ;;
    tail_calls) compile $name $source -s -mtail-call ;;
    vectors) compile $name $source -s -msimd128 ;;
    *) compile $name $source -s ;;
    esac
done
compile constructors constructors.cpp -s -fno-exceptions -fno-rtti

# The example keeps its function names: they are what a report shows. Only the C library's debug
# information (custom sections named `.debug_*`, a megabyte) is dropped.
compile ../../examples/mandelbrot ../../examples/mandelbrot.c -g
"$python" - ../../examples/mandelbrot.wasm <<'END'
import sys

def leb128(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at

path = sys.argv[1]
data = open(path, "rb").read()
kept, at = data[:8], 8
while at < len(data):
    size, start = leb128(data, at + 1)
    length, name = leb128(data, start)
    if data[at] != 0 or not data[name : name + length].startswith(b".debug_"):
        kept += data[at : start + size]
    at = start + size
open(path, "wb").write(kept)
END
chmod 644 ./*.wasm ../../examples/*.wasm
ls -l ./*.wasm ../../examples/*.wasm
