// SIMD: the Mandelbrot set, four points of f32 at once, 64 by 64 points.
#include "kernel.h"
#include <wasm_simd128.h>

enum { SIDE = 64, DEPTH = 100 };

static v128_t depths(v128_t cx, v128_t cy) {
    v128_t x = wasm_f32x4_splat(0), y = x, count = wasm_i32x4_splat(0);
    const v128_t four = wasm_f32x4_splat(4), two = wasm_f32x4_splat(2);
    for (int i = 0; i < DEPTH; i++) {
        v128_t xx = wasm_f32x4_mul(x, x), yy = wasm_f32x4_mul(y, y);
        v128_t inside = wasm_f32x4_le(wasm_f32x4_add(xx, yy), four);
        if (!wasm_v128_any_true(inside)) break;
        count = wasm_i32x4_sub(count, inside);
        y = wasm_f32x4_add(wasm_f32x4_mul(two, wasm_f32x4_mul(x, y)), cy);
        x = wasm_f32x4_add(wasm_f32x4_sub(xx, yy), cx);
    }
    return count;
}

EXPORT(run) u32 run(u32 n) {
    u32 sum = 0;
    for (u32 i = 0; i < n; i++) {
        v128_t total = wasm_i32x4_splat(0);
        for (int row = 0; row < SIDE; row++) {
            v128_t cy = wasm_f32x4_splat((float)row * (2.4f / SIDE) - 1.2f);
            for (int column = 0; column < SIDE; column += 4) {
                v128_t at = wasm_f32x4_make(column, column + 1, column + 2, column + 3);
                v128_t cx = wasm_f32x4_sub(wasm_f32x4_mul(at, wasm_f32x4_splat(3.2f / SIDE)), wasm_f32x4_splat(2.2f));
                total = wasm_i32x4_add(total, depths(cx, cy));
            }
        }
        sum += wasm_i32x4_extract_lane(total, 0) + wasm_i32x4_extract_lane(total, 1) +
               wasm_i32x4_extract_lane(total, 2) + wasm_i32x4_extract_lane(total, 3);
    }
    return sum;
}
