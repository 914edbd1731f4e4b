// A register machine with one big `switch` in a loop: `br_table`. It runs the Collatz sequence
// of all numbers below 1000 and prints the longest.
#include <stdio.h>

enum op { SET, MOVE, ADD, SUB, MUL, HALVE, ODD, LESS, JUMP, JUMP_IF, JUMP_UNLESS, NOP, HALT };
struct instruction { unsigned char op, a, b; int value; };

static const struct instruction program[] = {
    {SET, 0, 0, 1},              // 0: n = 1
    {SET, 5, 0, 0},              // 1: longest = 0
    {SET, 8, 0, 1},              // 2: one
    {SET, 9, 0, 3},              // 3: three
    {MOVE, 1, 0, 0},             // 4: x = n
    {SET, 2, 0, 0},              // 5: length = 0
    {MOVE, 3, 1, 0},             // 6: while x - 1
    {SUB, 3, 8, 0},              // 7
    {JUMP_UNLESS, 3, 0, 17},     // 8
    {ADD, 2, 8, 0},              // 9: length++
    {ODD, 3, 1, 0},              // 10
    {JUMP_IF, 3, 0, 14},         // 11
    {HALVE, 1, 0, 0},            // 12: x /= 2
    {JUMP, 0, 0, 6},             // 13
    {MUL, 1, 9, 0},              // 14: x = 3 x + 1
    {ADD, 1, 8, 0},              // 15
    {JUMP, 0, 0, 6},             // 16
    {MOVE, 3, 5, 0},             // 17: if longest < length
    {LESS, 3, 2, 0},             // 18
    {JUMP_UNLESS, 3, 0, 22},     // 19
    {MOVE, 5, 2, 0},             // 20
    {MOVE, 6, 0, 0},             // 21
    {ADD, 0, 8, 0},              // 22: n++
    {SET, 4, 0, 1000},           // 23
    {MOVE, 3, 0, 0},             // 24
    {LESS, 3, 4, 0},             // 25
    {JUMP_IF, 3, 0, 4},          // 26
    {HALT, 0, 0, 0},             // 27
};

static long long registers[10];

static unsigned long run(void) {
    unsigned long steps = 0;
    for (unsigned pc = 0;; steps++) {
        const struct instruction *i = &program[pc++];
        switch (i->op) {
        case SET: registers[i->a] = i->value; break;
        case MOVE: registers[i->a] = registers[i->b]; break;
        case ADD: registers[i->a] += registers[i->b]; break;
        case SUB: registers[i->a] -= registers[i->b]; break;
        case MUL: registers[i->a] *= registers[i->b]; break;
        case HALVE: registers[i->a] /= 2; break;
        case ODD: registers[i->a] = registers[i->b] & 1; break;
        case LESS: registers[i->a] = registers[i->a] < registers[i->b]; break;
        case JUMP: pc = (unsigned)i->value; break;
        case JUMP_IF: if (registers[i->a]) pc = (unsigned)i->value; break;
        case JUMP_UNLESS: if (!registers[i->a]) pc = (unsigned)i->value; break;
        case NOP: break;
        case HALT: return steps;
        }
    }
}

int main(void) {
    unsigned long steps = run();
    printf("%lu steps; the longest sequence below 1000 starts at %lld and has %lld steps\n", steps,
           registers[6], registers[5]);
    return 0;
}
