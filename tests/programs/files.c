// Reads the file that the first argument names from the preopened folder and writes its bytes
// backwards to the file that the second argument names.
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    FILE *in = fopen(argv[1], "rb");
    if (!in) {
        perror(argv[1]);
        return 3;
    }
    static char text[65536];
    size_t length = fread(text, 1, sizeof text, in);
    fclose(in);
    FILE *out = fopen(argv[2], "wb");
    if (!out) {
        perror(argv[2]);
        return 4;
    }
    while (length > 0) fputc(text[--length], out);
    return fclose(out) == 0 ? 0 : 5;
}
