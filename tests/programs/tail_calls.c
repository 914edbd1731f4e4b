// A threaded interpreter: every instruction ends in a guaranteed tail call of the next one
// (`return_call_indirect`), so a long program runs in one frame of stack.
#include <stdio.h>

typedef unsigned (*step)(const unsigned char *code, unsigned acc, unsigned counter);
extern const step steps[];

#define NEXT(code, acc, counter) \
    __attribute__((musttail)) return steps[*(code)]((code) + 1, (acc), (counter))

static unsigned halt(const unsigned char *code, unsigned acc, unsigned counter) {
    return acc + counter + code[-1];
}
static unsigned add(const unsigned char *code, unsigned acc, unsigned counter) {
    NEXT(code, acc + counter, counter);
}
static unsigned mix(const unsigned char *code, unsigned acc, unsigned counter) {
    acc ^= acc << 13;
    acc ^= acc >> 17;
    NEXT(code, acc ^ (acc << 5), counter);
}
static unsigned skip_if_odd(const unsigned char *code, unsigned acc, unsigned counter) {
    if (acc & 1) NEXT(code + 1, acc, counter);
    NEXT(code, acc, counter);
}
static unsigned again(const unsigned char *code, unsigned acc, unsigned counter) {
    if (counter == 0) NEXT(code + 1, acc, counter);
    NEXT(code - *code, acc, counter - 1);
}

const step steps[] = {halt, add, mix, skip_if_odd, again};

int main(void) {
    static const unsigned char program[] = {2, 3, 1, 2, 4, 5, 0};
    printf("%u\n", steps[program[0]](program + 1, 1, 30000));
    return 0;
}
