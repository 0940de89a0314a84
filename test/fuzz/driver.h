/* Runs a fuzz target where there is no libFuzzer: on files, or on what chance makes of some seeds. For the one file of
 * a program, which has LLVMFuzzerTestOneInput(), fuzz_seeds(), fuzz_mend() and fuzz_words.
 * SPDX-License-Identifier: BSD-3-Clause
 *
 *   fuzz_NAME                      100000 inputs made from the seeds: the same at every run
 *   fuzz_NAME -runs=N -seed=S      N inputs, others for another S
 *   fuzz_NAME FILE...              these inputs: what was found before
 *   fuzz_NAME -seeds=FOLDER        writes the seeds, to begin a corpus with
 * The input that ends a run in a crash is kept in build/crash-input.
 *
 * With clang's libFuzzer, which sees what an input reaches: the objects of the library and the target compiled with
 *   clang -g -O1 -fsanitize=fuzzer,address,undefined -DGIM_LIBFUZZER */
#ifndef FUZZ_DRIVER_H
#define FUZZ_DRIVER_H

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct fuzz_input {
    uint8_t *data;
    size_t size;
} fuzz_input;

/* What must be, whatever the input. */
static void need(int condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "fuzz: %s\n", what);
    abort();
}

/* The input as a file in memory, to be closed; path is where it can be opened. */
static int open_input(const uint8_t *data, size_t size, char path[64])
{
    int file = memfd_create("input", MFD_CLOEXEC);
    need(file >= 0 && write(file, data, size) == (ssize_t)size, "cannot make a file in memory");
    snprintf(path, 64, "/proc/self/fd/%d", file);
    return file;
}

#ifndef GIM_LIBFUZZER

#define FUZZ_CRASH "build/crash-input"
enum { FUZZ_MOST = 1 << 17, FUZZ_SEEDS = 16 };

/* The target's: fills seeds (FUZZ_SEEDS) and returns how many; words that mean something to the reader, NULL last. */
static size_t fuzz_seeds(fuzz_input *seeds);
static const char *const fuzz_words[];
/* The target's: mends what every input needs to get further than the first check. */
static void fuzz_mend(fuzz_input *input);

static uint64_t fuzz_state;

/* xorshift64* (Vigna 2016); below n. */
static size_t fuzz_random(size_t n)
{
    fuzz_state ^= fuzz_state >> 12;
    fuzz_state ^= fuzz_state << 25;
    fuzz_state ^= fuzz_state >> 27;
    return n == 0 ? 0 : (size_t)((fuzz_state * UINT64_C(2685821657736338717)) >> 11) % n;
}

/* Puts n bytes in the place of the old ones at `at`. */
static void fuzz_splice(fuzz_input *input, size_t at, size_t old, const void *bytes, size_t n)
{
    if (at > input->size || input->size - old + n > FUZZ_MOST)
        return;
    old = old < input->size - at ? old : input->size - at;
    memmove(input->data + at + n, input->data + at + old, input->size - at - old);
    memcpy(input->data + at, bytes, n);
    input->size += n - old;
}

/* Length of the number at `at`, so that another can take its place. */
static size_t fuzz_number(const fuzz_input *input, size_t at)
{
    size_t n = 0;
    while (at + n < input->size && strchr("0123456789.eE+-", input->data[at + n]) != NULL && input->data[at + n] != 0)
        n++;
    return n;
}

static void fuzz_mutate(fuzz_input *input)
{
    static const uint8_t bytes[] = {0x00, 0x01, 0x7f, 0x80, 0xff, '"', '\\', '{', '[', ',', '0', '-'};
    uint8_t piece[64];
    size_t at = fuzz_random(input->size), words = 0, n = 1 + fuzz_random(sizeof piece);
    while (fuzz_words[words] != NULL)
        words++;
    const char *word = fuzz_words[fuzz_random(words)];
    switch (fuzz_random(8)) {
    case 0: /* a bit */
        if (input->size > 0)
            input->data[at] ^= (uint8_t)(1u << fuzz_random(8));
        break;
    case 1: /* a byte */
        if (input->size > 0)
            input->data[at] = bytes[fuzz_random(sizeof bytes)];
        break;
    case 2: /* some go */
        fuzz_splice(input, at, n, "", 0);
        break;
    case 3: /* some come twice, or in the place of others */
        n = n < input->size - at ? n : input->size - at;
        memcpy(piece, input->data + at, n);
        fuzz_splice(input, fuzz_random(input->size), fuzz_random(2) * n, piece, n);
        break;
    case 4: /* a word comes */
        fuzz_splice(input, at, 0, word, strlen(word));
        break;
    case 5: /* a word in the place of bytes */
        fuzz_splice(input, at, strlen(word), word, strlen(word));
        break;
    default: /* a word in the place of a number */
        for (size_t i = 0; i < input->size && fuzz_number(input, at) == 0; i++)
            at = (at + 1) % input->size;
        fuzz_splice(input, at, fuzz_number(input, at), word, strlen(word));
        break;
    }
}

static void fuzz_write(const char *path, const fuzz_input *input)
{
    FILE *file = fopen(path, "wb");
    if (file != NULL && (fwrite(input->data, 1, input->size, file) != input->size) + fclose(file) == 0)
        return;
    fprintf(stderr, "%s: cannot be written\n", path);
    exit(2);
}

static void fuzz_replay(const char *path, fuzz_input *input)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "%s: cannot be opened\n", path);
        exit(2);
    }
    input->size = fread(input->data, 1, FUZZ_MOST, file);
    fclose(file);
    LLVMFuzzerTestOneInput(input->data, input->size);
}

/* Each input is kept until it is over: under the sanitizers a crash ends the process at once. */
static void fuzz_keep(int file, const fuzz_input *input)
{
    if (file >= 0 && (pwrite(file, input->data, input->size, 0) < 0 || ftruncate(file, (off_t)input->size) != 0))
        fprintf(stderr, "%s: cannot be written\n", FUZZ_CRASH);
}

static void fuzz_run(fuzz_input *input, const fuzz_input *seeds, size_t n_seeds, size_t runs)
{
    int kept = open(FUZZ_CRASH, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    for (size_t i = 0; i < runs; i++) {
        const fuzz_input *seed = &seeds[i % n_seeds];
        memcpy(input->data, seed->data, seed->size);
        input->size = seed->size;
        for (size_t k = i < n_seeds ? 0 : 1 + fuzz_random(4); k > 0; k--)
            fuzz_mutate(input);
        if (fuzz_random(8) != 0)
            fuzz_mend(input);
        fuzz_keep(kept, input);
        LLVMFuzzerTestOneInput(input->data, input->size);
    }
    if (kept >= 0)
        close(kept);
    remove(FUZZ_CRASH);
}

int main(int argc, char **argv)
{
    fuzz_input seeds[FUZZ_SEEDS], input = {malloc(FUZZ_MOST), 0};
    size_t runs = 100000, files = 0, n_seeds = fuzz_seeds(seeds);
    const char *folder = NULL;
    fuzz_state = 1;
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "-runs=", 6) == 0)
            runs = strtoul(argv[i] + 6, NULL, 10);
        else if (strncmp(argv[i], "-seed=", 6) == 0)
            fuzz_state = strtoul(argv[i] + 6, NULL, 10) * 2 + 1;
        else if (strncmp(argv[i], "-seeds=", 7) == 0)
            folder = argv[i] + 7;
        else
            fuzz_replay(argv[i], &input), files++;
    }
    for (size_t i = 0; folder != NULL && i < n_seeds; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/seed-%zu", folder, i);
        fuzz_write(path, &seeds[i]);
    }
    if (files == 0 && folder == NULL)
        fuzz_run(&input, seeds, n_seeds, runs);
    if (files == 0 && folder == NULL)
        printf("%s: %zu inputs, no crash\n", argv[0], runs);
    for (size_t i = 0; i < n_seeds; i++)
        free(seeds[i].data);
    free(input.data);
    return 0;
}

#endif
#endif
