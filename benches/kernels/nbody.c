// Float: five planets, 100 steps in f64.
#include "kernel.h"

enum { BODIES = 5, STEPS = 100 };

struct body {
    double x, y, z, vx, vy, vz, mass;
};

static const struct body START[BODIES] = {
    {0, 0, 0, 0, 0, 0, 39.47841760435743},
    {4.84143144246472090, -1.16032004402742839, -0.10362204447112311, 0.60632639299583202, 2.81198684491626020,
     -0.02521836165988763, 0.03769367487038949},
    {8.34336671824457987, 4.12479856412430479, -0.40352341711432138, -1.01077434617879236, 1.82566237123041186,
     0.00841576137658415, 0.01128632613196877},
    {12.8943695621391310, -15.1111514016986312, -0.22330757889265573, 1.08279100644153536, 0.86871301816960822,
     -0.01083263740136364, 0.00172372405705971},
    {15.3796971148509165, -25.9193146099879641, 0.17925877295037118, 0.97909073224389798, 0.59469899864767617,
     -0.03475595555078104, 0.00203368686992463},
};

static struct body bodies[BODIES];

static void advance(double dt) {
    for (int i = 0; i < BODIES; i++) {
        struct body *a = &bodies[i];
        for (int j = i + 1; j < BODIES; j++) {
            struct body *b = &bodies[j];
            double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
            double square = dx * dx + dy * dy + dz * dz;
            double magnitude = dt / (square * __builtin_sqrt(square));
            a->vx -= dx * b->mass * magnitude, b->vx += dx * a->mass * magnitude;
            a->vy -= dy * b->mass * magnitude, b->vy += dy * a->mass * magnitude;
            a->vz -= dz * b->mass * magnitude, b->vz += dz * a->mass * magnitude;
        }
    }
    for (int i = 0; i < BODIES; i++) {
        struct body *a = &bodies[i];
        a->x += dt * a->vx, a->y += dt * a->vy, a->z += dt * a->vz;
    }
}

EXPORT(run) u32 run(u32 n) {
    u32 sum = 0;
    for (u32 i = 0; i < n; i++) {
        for (int b = 0; b < BODIES; b++) bodies[b] = START[b];
        for (int step = 0; step < STEPS; step++) advance(0.01);
        sum += (u32)(i32)(bodies[1].x * 1e6);
    }
    return sum;
}
