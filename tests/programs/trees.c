// Allocates, walks and frees binary trees: recursion and the allocator.
#include <stdio.h>
#include <stdlib.h>

struct node { struct node *left, *right; };

static struct node *grow(int depth) {
    struct node *node = malloc(sizeof *node);
    if (!node) abort();
    node->left = depth > 0 ? grow(depth - 1) : NULL;
    node->right = depth > 0 ? grow(depth - 1) : NULL;
    return node;
}

static int count(const struct node *node) {
    return node ? 1 + count(node->left) + count(node->right) : 0;
}

static void fell(struct node *node) {
    if (!node) return;
    fell(node->left);
    fell(node->right);
    free(node);
}

int main(void) {
    struct node *lasting = grow(10);
    for (int depth = 2; depth <= 10; depth += 4) {
        int total = 0;
        for (int i = 0; i < 1 << (12 - depth); i++) {
            struct node *tree = grow(depth);
            total += count(tree);
            fell(tree);
        }
        printf("%d nodes in trees of depth %d\n", total, depth);
    }
    printf("%d nodes in the lasting tree\n", count(lasting));
    fell(lasting);
    return 0;
}
