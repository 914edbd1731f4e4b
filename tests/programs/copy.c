// Copies and fills megabytes with `memory.copy` and `memory.fill`: the fuel is nearly all in the
// bytes, and their number is known only at run time.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
    size_t size = argc > 1 ? strtoul(argv[1], NULL, 0) : 1u << 20;
    unsigned char *from = malloc(size), *to = malloc(size);
    if (!from || !to) return 1;
    memset(to, 0, size);
    for (size_t i = 0; i < size; i += 4096) from[i] = (unsigned char)(i >> 12);
    for (int round = 0; round < 8; round++) {
        memcpy(to, from, size - (size_t)round * 1000);
        memmove(from + 17, from, size - 17);
        memset(to + size / 2, round, (size_t)round * 12345 % size / 2);
    }
    unsigned sum = 0;
    for (size_t i = 0; i < size; i += 1024) sum = sum * 31 + to[i] + from[i];
    printf("%zu bytes, checksum %08x\n", size, sum);
    return 0;
}
