// Memory-bound, latency: 4096 steps of a pointer chase through a random cycle of 8 MiB.
#include "kernel.h"

enum { CELLS = 1 << 21, STEPS = 4096 };

static u32 next[CELLS];

// One cycle through all cells (Sattolo).
static void shuffle(void) {
    u32 random = 1;
    for (u32 i = 0; i < CELLS; i++) next[i] = i;
    for (u32 i = CELLS - 1; i > 0; i--) {
        u32 j = next_random(&random) % i, cell = next[i];
        next[i] = next[j], next[j] = cell;
    }
}

EXPORT(run) u32 run(u32 n) {
    if (next[0] == 0) shuffle();
    u32 at = 0, sum = 0;
    for (u32 i = 0; i < n; i++) {
        for (int step = 0; step < STEPS; step++) at = next[at];
        sum += at;
    }
    return sum;
}
