// Memory-bound, bandwidth: a = b + k c over arrays of 2 MiB each.
#include "kernel.h"

enum { LENGTH = 1 << 18 };

static double a[LENGTH], b[LENGTH], c[LENGTH];

EXPORT(run) u32 run(u32 n) {
    u32 sum = 0;
    for (u32 i = 0; i < n; i++) {
        double k = (double)(i & 7);
        b[i % LENGTH] = 1, c[(i * 31) % LENGTH] = 2;
        for (int at = 0; at < LENGTH; at++) a[at] = b[at] + k * c[at];
        sum += (u32)(i32)a[(i * 7) % LENGTH];
    }
    return sum;
}
