// A stack machine whose instructions are function pointers: every step is a `call_indirect`.
#include <stdio.h>

struct machine {
    long stack[16];
    int top;
    const int *pc;
};

typedef void (*instruction)(struct machine *);

static void push(struct machine *m) { m->stack[m->top++] = *m->pc++; }
static void duplicate(struct machine *m) { m->stack[m->top] = m->stack[m->top - 1]; m->top++; }
static void add(struct machine *m) { m->top--; m->stack[m->top - 1] += m->stack[m->top]; }
static void multiply(struct machine *m) { m->top--; m->stack[m->top - 1] *= m->stack[m->top]; }
static void swap(struct machine *m) {
    long value = m->stack[m->top - 1];
    m->stack[m->top - 1] = m->stack[m->top - 2];
    m->stack[m->top - 2] = value;
}
static void jump_unless_zero(struct machine *m) {
    int offset = *m->pc++;
    if (m->stack[m->top - 1] != 0) m->pc += offset;
}
static void halt(struct machine *m) { m->pc = NULL; }

static const instruction table[] = {push, duplicate, add, multiply, swap, jump_unless_zero, halt};

static long run(const int *code, int steps, int *left) {
    struct machine m = {.top = 0, .pc = code};
    while (m.pc && steps-- > 0) table[*m.pc++](&m);
    *left = steps;
    return m.stack[0];
}

// acc = 0; for (counter = 20000; counter != 0; counter--) acc = acc * 3 + 7;
static const int program[] = {
    0, 0, 0, 20000,                 // acc counter
    4, 0, 3, 3, 0, 7, 2, 4,         // swap, * 3, + 7, swap
    0, -1, 2, 5, -13, 6,            // counter - 1, again unless zero, halt
};

int main(void) {
    int left;
    long result = run(program, 1000000, &left);
    printf("%ld, %d steps left\n", result, left);
    return 0;
}
