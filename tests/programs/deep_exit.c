// Calls itself 1000 deep, with work on the way down, and ends there with exit code 42: no frame
// ever returns. Standard output is flushed by hand, because `_Exit` does not.
#include <stdio.h>
#include <stdlib.h>

static volatile unsigned seed = 1;

__attribute__((noinline)) static unsigned descend(unsigned depth) {
    for (unsigned i = 0; i < depth % 7; i++) seed = seed * 1103515245u + 12345u;
    if (depth == 1000) {
        printf("leaving at depth %u with seed %u\n", depth, seed);
        fflush(stdout);
        _Exit(42);
    }
    unsigned below = descend(depth + 1);
    return below + seed;
}

int main(void) {
    return (int)descend(0);
}
