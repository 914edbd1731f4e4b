// Counts the words of standard input (or of the arguments, when there are any) and prints the
// most frequent ones. Exits with the number of distinct words, at most 100.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    char *word;
    unsigned count;
};

static struct entry table[4096];
static unsigned distinct;

static unsigned hash(const char *word) {
    unsigned h = 2166136261u;
    for (; *word; word++) h = (h ^ (unsigned char)*word) * 16777619u;
    return h;
}

static void add(const char *word) {
    unsigned slot = hash(word) % 4096;
    while (table[slot].word && strcmp(table[slot].word, word) != 0) slot = (slot + 1) % 4096;
    if (!table[slot].word) {
        if (distinct == 4000) abort();
        table[slot].word = strdup(word);
        distinct++;
    }
    table[slot].count++;
}

static void add_words(const char *text) {
    static char word[64];
    size_t length = 0;
    for (;; text++) {
        if (isalpha((unsigned char)*text) && length < sizeof word - 1) {
            word[length++] = (char)tolower((unsigned char)*text);
            continue;
        }
        word[length] = 0;
        if (length > 0) add(word);
        length = 0;
        if (!*text) return;
    }
}

static int more_frequent(const void *left, const void *right) {
    const struct entry *a = left, *b = right;
    if (a->count != b->count) return a->count < b->count ? 1 : -1;
    if (!a->word || !b->word) return (a->word == NULL) - (b->word == NULL);
    return strcmp(a->word, b->word);
}

int main(int argc, char **argv) {
    static char line[1024];
    for (int i = 1; i < argc; i++) add_words(argv[i]);
    while (argc == 1 && fgets(line, sizeof line, stdin)) add_words(line);
    qsort(table, 4096, sizeof table[0], more_frequent);
    for (unsigned i = 0; i < distinct && i < 10; i++) {
        printf("%6u %s\n", table[i].count, table[i].word);
    }
    return distinct < 100 ? (int)distinct : 100;
}
