// Prints its arguments and the environment variable GREETING, one a line, a word to standard
// error, and ends with the exit code that the last argument names (default 0).
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) printf("argument %d: %s\n", i, argv[i]);
    const char *greeting = getenv("GREETING");
    if (greeting) printf("greeting: %s\n", greeting);
    fprintf(stderr, "show: %d arguments\n", argc - 1);
    return argc > 1 ? atoi(argv[argc - 1]) : 0;
}
