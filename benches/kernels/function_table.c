// Indirect calls: 16 Ki calls through a table of functions, chosen by data.
#include "kernel.h"

enum { CALLS = 16 << 10 };

typedef u32 (*operation)(u32, u32);

static u32 add(u32 a, u32 b) { return a + b; }
static u32 sub(u32 a, u32 b) { return a - b; }
static u32 mul(u32 a, u32 b) { return a * b; }
static u32 and(u32 a, u32 b) { return a & (b | 0xffff); }
static u32 or(u32 a, u32 b) { return a | (b & 0xffff); }
static u32 xor(u32 a, u32 b) { return a ^ b; }
static u32 rotate(u32 a, u32 b) { return a << (b & 31) | a >> (-b & 31); }
static u32 swap(u32 a, u32 b) { return __builtin_bswap32(a) + b; }

// Volatile, so that the compiler keeps the calls indirect.
static const volatile operation OPERATIONS[8] = {add, sub, mul, and, or, xor, rotate, swap};

static u8 program[CALLS];

EXPORT(run) u32 run(u32 n) {
    u32 random = 7, value = 1;
    // A period of 32, which a branch predictor can learn: the cost of calls is wanted, not that of guessing wrong.
    for (int i = 0; i < CALLS; i++) program[i] = i < 32 ? next_random(&random) & 7 : program[i - 32];
    for (u32 i = 0; i < n; i++) {
        for (int at = 0; at < CALLS; at++) value = OPERATIONS[program[at]](value, (u32)at);
    }
    return value;
}
