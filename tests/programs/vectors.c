// Integer and floating-point vectors: built with SIMD on, so that the loops become `v128` code.
#include <stdio.h>

#define COUNT 4096

static float a[COUNT], b[COUNT];
static unsigned char bytes[COUNT];

int main(void) {
    for (int i = 0; i < COUNT; i++) {
        a[i] = (float)(i % 100) * 0.5f;
        b[i] = (float)(i % 17) - 8.0f;
        bytes[i] = (unsigned char)(i * 7);
    }
    float lanes[4] = {0, 0, 0, 0};
    unsigned total = 0;
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < COUNT; i += 4) {
            for (int lane = 0; lane < 4; lane++) lanes[lane] += a[i + lane] * b[i + lane];
        }
        for (int i = 0; i < COUNT; i++) bytes[i] = (unsigned char)(bytes[i] * 3 + round);
        for (int i = 0; i < COUNT; i++) total += bytes[i];
    }
    printf("%.1f %.1f %.1f %.1f %u\n", lanes[0], lanes[1], lanes[2], lanes[3], total);
    return 0;
}
