#!/bin/sh
# Builds every kernel in this directory. The binaries are committed; they were made with
#   clang 19.1.7 and its wasm-ld (Debian's packages clang-19 and lld-19), and
#   rustc 1.95.0 with the target wasm32-unknown-unknown.
set -eu
cd "$(dirname "$0")"

for source in *.c; do
    "${CLANG:-clang-19}" --target=wasm32 -O3 -msimd128 -mbulk-memory -ffreestanding -nostdlib -fno-vectorize \
        -fno-slp-vectorize -std=c17 -Wall -Wextra -Wl,--no-entry -Wl,--strip-all -Wl,-z,stack-size=65536 \
        "$source" -o "${source%.c}.wasm"
done
for source in *.rs; do
    ${RUSTC:-rustc} --target wasm32-unknown-unknown --edition 2024 --crate-type cdylib -C opt-level=3 -C lto=fat \
        -C codegen-units=1 -C panic=abort -C strip=symbols -C link-arg=-zstack-size=65536 \
        -C target-feature=+simd128 -C no-vectorize-loops -C no-vectorize-slp "$source" -o "${source%.rs}.wasm"
done
