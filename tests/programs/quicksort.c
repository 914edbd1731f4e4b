// Sorts 50,000 pseudo-random numbers by a recursive quicksort and checks the order.
#include <stdio.h>

#define COUNT 50000

static unsigned numbers[COUNT];

__attribute__((noinline)) static void sort(unsigned *from, unsigned *to) {
    while (to - from > 1) {
        unsigned pivot = from[(to - from) / 2];
        unsigned *low = from, *high = to - 1;
        while (low <= high) {
            while (*low < pivot) low++;
            while (*high > pivot) high--;
            if (low <= high) {
                unsigned value = *low;
                *low++ = *high;
                *high-- = value;
            }
        }
        if (high - from < to - low) {
            sort(from, high + 1);
            from = low;
        } else {
            sort(low, to);
            to = high + 1;
        }
    }
}

int main(void) {
    unsigned seed = 42;
    for (int i = 0; i < COUNT; i++) numbers[i] = seed = seed * 1664525u + 1013904223u;
    sort(numbers, numbers + COUNT);
    for (int i = 1; i < COUNT; i++) {
        if (numbers[i - 1] > numbers[i]) return 1;
    }
    printf("%u .. %u .. %u\n", numbers[0], numbers[COUNT / 2], numbers[COUNT - 1]);
    return 0;
}
