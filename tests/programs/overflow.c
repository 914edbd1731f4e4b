// Calls itself until the stack overflows. Each activation counts itself in the exported global
// variable `depth` (its address is the value of the exported Wasm global) before it goes on, so
// the number of activations is known exactly after the trap.
__attribute__((export_name("descend"), noinline)) int descend(int step);

volatile unsigned depth;

__attribute__((export_name("depth_address"))) volatile unsigned *depth_address(void) {
    return &depth;
}

int descend(int step) {
    depth += 1;
    int below = descend(step + 1);
    return below + (int)depth;
}

int main(void) {
    return descend(1);
}
