// Calls itself as deep as the second argument says (default 500) and traps there. The first
// argument says how: `unreachable`, `divide`, `overflow`, `convert`, `bounds`, `null` or `type`.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile int zero = 0;
static volatile int minus_one = -1;
static volatile float huge = 1e30f;
static volatile unsigned far_away = 0xfffffff0u;
static volatile int sink;

static int one_argument(int value) {
    return value + 1;
}

// Function pointers that the compiler cannot see through.
static void *volatile wrong_type = (void *)one_argument;
static int (*volatile no_function)(int) = NULL;

__attribute__((noinline)) static int trap(const char *how, int depth) {
    if (!strcmp(how, "unreachable")) __builtin_trap();
    if (!strcmp(how, "divide")) return depth / zero;
    if (!strcmp(how, "overflow")) return (-2147483647 - zero - 1) / minus_one;
    if (!strcmp(how, "convert")) {
        int result;
        float value = huge;
        __asm__ volatile("local.get %1\ni32.trunc_f32_s\nlocal.set %0" : "=r"(result) : "r"(value));
        return result;
    }
    if (!strcmp(how, "bounds")) return *(volatile int *)far_away;
    if (!strcmp(how, "null")) return no_function(depth);
    if (!strcmp(how, "type")) return (int)((double (*)(double, double))wrong_type)(1.0, 2.0);
    fprintf(stderr, "deep_trap: no trap is called '%s'\n", how);
    exit(2);
}

__attribute__((noinline)) static int descend(const char *how, int depth, int limit) {
    for (int i = 0; i < depth % 5; i++) sink = sink + i;
    if (depth == limit) return trap(how, depth);
    int below = descend(how, depth + 1, limit);
    return below + sink;
}

int main(int argc, char **argv) {
    const char *how = argc > 1 ? argv[1] : "unreachable";
    int limit = argc > 2 ? atoi(argv[2]) : 500;
    printf("about to trap: %s\n", how);
    fflush(stdout);
    return descend(how, 0, limit);
}
