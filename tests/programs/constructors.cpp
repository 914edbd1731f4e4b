// Global objects whose constructors run before `main` and whose destructors run after it.
#include <stdio.h>

namespace {

struct Noisy {
    const char *name;
    unsigned value;

    Noisy(const char *name, unsigned rounds) : name(name), value(1) {
        for (unsigned i = 0; i < rounds; i++) value = value * 69069u + 1;
        printf("constructed %s\n", name);
    }
    virtual ~Noisy() { printf("destroyed %s\n", name); }
    virtual unsigned get() const { return value; }
};

struct Louder : Noisy {
    Louder(const char *name) : Noisy(name, 300) {}
    unsigned get() const override { return value ^ 0xffffu; }
};

Noisy first("first", 10);
Louder second("second");
Noisy third("third", first.get() % 50);

__attribute__((constructor(101))) void earliest() {
    printf("before all objects: %u\n", third.value);
}

}  // namespace

int main() {
    const Noisy *all[] = {&first, &second, &third};
    unsigned sum = 0;
    for (const Noisy *each : all) sum += each->get();
    printf("in main: %u\n", sum);
    return 3;
}
