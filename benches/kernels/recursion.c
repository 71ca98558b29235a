// Call-bound: Fibonacci, Ackermann and Takeuchi, each by plain recursion.
#include "kernel.h"

NOINLINE static u32 fibonacci(u32 n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

NOINLINE static u32 ackermann(u32 m, u32 n) {
    if (m == 0) return n + 1;
    return n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

NOINLINE static i32 takeuchi(i32 x, i32 y, i32 z) {
    if (y >= x) return z;
    return takeuchi(takeuchi(x - 1, y, z), takeuchi(y - 1, z, x), takeuchi(z - 1, x, y));
}

EXPORT(run) u32 run(u32 n) {
    u32 sum = 0;
    for (u32 i = 0; i < n; i++) sum += fibonacci(18 + (i & 1)) + ackermann(2, 20) + (u32)takeuchi(10, 6, 2);
    return sum;
}
