// Lines that the debug information of lines.wasm names; see `sources` in the analyzer.

int twice(int x) {
    return x + x;
}

int sum(int n) {
    int total = 0;
    for (int i = 0; i < n; i++) {
        total += twice(i);
    }
    return total;
}
