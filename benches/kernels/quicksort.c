// Sorting with a comparison function, as C's library has it: 4096 records of 8 bytes.
#include "kernel.h"

enum { COUNT = 4096 };

struct record {
    u32 key, value;
};

typedef i32 (*comparison)(const struct record *, const struct record *);

static struct record records[COUNT];

static i32 by_key(const struct record *a, const struct record *b) { return a->key < b->key ? -1 : a->key > b->key; }
static i32 by_value(const struct record *a, const struct record *b) {
    return a->value < b->value ? -1 : a->value > b->value;
}

static void exchange(struct record *a, struct record *b) {
    struct record record = *a;
    *a = *b, *b = record;
}

NOINLINE static void sort(struct record *from, struct record *to, comparison compare) {
    while (to - from > 8) {
        exchange(from, from + (to - from) / 2);
        struct record *low = from, *high = to;
        for (;;) {
            do low++; while (low < to && compare(low, from) < 0);
            do high--; while (compare(high, from) > 0);
            if (low >= high) break;
            exchange(low, high);
        }
        exchange(from, high);
        sort(from, high, compare);
        from = high + 1;
    }
    for (struct record *i = from + 1; i < to; i++) {
        for (struct record *j = i; j > from && compare(j - 1, j) > 0; j--) exchange(j - 1, j);
    }
}

EXPORT(run) u32 run(u32 n) {
    u32 random = 5, sum = 0;
    for (u32 i = 0; i < n; i++) {
        for (int at = 0; at < COUNT; at++) {
            records[at].key = next_random(&random);
            records[at].value = next_random(&random);
        }
        sort(records, records + COUNT, by_key);
        sum += records[COUNT / 2].value;
        sort(records, records + COUNT, by_value);
        sum += records[COUNT / 3].key;
    }
    return sum;
}
