// A byte-code interpreter: a stack machine that counts primes below 400 by trial division.
#include "kernel.h"

enum { HALT, PUSH, LOAD, STORE, ADD, SUB, MUL, REM, LESS, ZERO, JUMP, BRANCH, DUP, DROP };
enum { CANDIDATE, DIVISOR, COUNT };

static const u8 PROGRAM[] = {
    PUSH, 2, STORE, CANDIDATE, PUSH, 0, STORE, COUNT,
    // 8: while candidate < 400
    LOAD, CANDIDATE, PUSH, 200, PUSH, 2, MUL, LESS, ZERO, BRANCH, 70,
    PUSH, 2, STORE, DIVISOR,
    // 23: divisor * divisor > candidate: it is prime
    LOAD, CANDIDATE, LOAD, DIVISOR, DUP, MUL, LESS, BRANCH, 54,
    // 32: candidate % divisor == 0: it is not
    LOAD, CANDIDATE, LOAD, DIVISOR, REM, ZERO, BRANCH, 61,
    // 40: next divisor
    LOAD, DIVISOR, PUSH, 1, ADD, STORE, DIVISOR, JUMP, 23,
    HALT, HALT, HALT, HALT, HALT,
    // 54: count
    LOAD, COUNT, PUSH, 1, ADD, STORE, COUNT,
    // 61: next candidate
    LOAD, CANDIDATE, PUSH, 1, ADD, STORE, CANDIDATE, JUMP, 8,
    // 70: done
    LOAD, COUNT, HALT,
};

static i32 variables[4], stack[64];

// Inlined nowhere, so that the program is not known to it.
NOINLINE static i32 interpret(const u8 *code) {
    const u8 *pc = code;
    i32 *top = stack;
    for (;;) {
        switch (*pc++) {
        case HALT: return top[-1];
        case PUSH: *top++ = *pc++; break;
        case LOAD: *top++ = variables[*pc++]; break;
        case STORE: variables[*pc++] = *--top; break;
        case ADD: top--; top[-1] += top[0]; break;
        case SUB: top--; top[-1] -= top[0]; break;
        case MUL: top--; top[-1] *= top[0]; break;
        case REM: top--; top[-1] %= top[0]; break;
        case LESS: top--; top[-1] = top[-1] < top[0]; break;
        case ZERO: top[-1] = top[-1] == 0; break;
        case JUMP: pc = code + *pc; break;
        case BRANCH: pc = *--top ? code + *pc : pc + 1; break;
        case DUP: *top = top[-1]; top++; break;
        case DROP: top--; break;
        default: __builtin_trap();
        }
    }
}

EXPORT(run) u32 run(u32 n) {
    u32 sum = 0;
    for (u32 i = 0; i < n; i++) sum += (u32)interpret(PROGRAM);
    return sum;
}
