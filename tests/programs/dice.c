// Draws random numbers and reads both clocks, and works as long as they say: two runs are the
// same run only when randomness and clocks are fixed.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int main(void) {
    unsigned char dice[32];
    if (getentropy(dice, sizeof dice) != 0) return 1;
    struct timespec wall, monotonic;
    clock_gettime(CLOCK_REALTIME, &wall);
    clock_gettime(CLOCK_MONOTONIC, &monotonic);
    unsigned total = 0;
    for (unsigned i = 0; i < sizeof dice; i++) {
        for (unsigned char left = dice[i]; left > 0; left--) total = total * 31 + left;
    }
    printf("dice %08x", total);
    for (unsigned i = 0; i < 4; i++) printf(" %02x", dice[i]);
    printf("\nclocks %lld.%09ld %lld.%09ld\n", (long long)wall.tv_sec, wall.tv_nsec,
           (long long)monotonic.tv_sec, monotonic.tv_nsec);
    return 0;
}
