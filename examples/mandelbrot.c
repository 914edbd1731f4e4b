// Draws the Mandelbrot set in letters.
#include <stdio.h>

#define WIDTH 76
#define HEIGHT 28
#define LIMIT 2000

// Number of steps until the point leaves the circle of radius 2, at most LIMIT.
__attribute__((noinline)) static int escape_time(double cx, double cy) {
    double x = 0, y = 0;
    int step = 0;
    while (step < LIMIT && x * x + y * y <= 4) {
        double next = x * x - y * y + cx;
        y = 2 * x * y + cy;
        x = next;
        step++;
    }
    return step;
}

__attribute__((noinline)) static char shade(int steps) {
    static const char shades[] = " .:-=+*%$#";
    if (steps == LIMIT) return '@';
    int level = 0;
    while (steps > 1 && level < 9) {
        steps = steps * 2 / 3;
        level++;
    }
    return shades[level];
}

__attribute__((noinline)) static void draw_row(int row) {
    char line[WIDTH + 1];
    for (int column = 0; column < WIDTH; column++) {
        double cx = -2.2 + 3.2 * column / WIDTH;
        double cy = -1.2 + 2.4 * row / (HEIGHT - 1);
        line[column] = shade(escape_time(cx, cy));
    }
    line[WIDTH] = 0;
    puts(line);
}

int main(void) {
    // The same work whether a terminal is there to look or not.
    setvbuf(stdout, NULL, _IOFBF, BUFSIZ);
    for (int row = 0; row < HEIGHT; row++) draw_row(row);
    return 0;
}
