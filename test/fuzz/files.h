/* What the fuzz targets of model files share: a folder for what they write, and containers that a check of their length
 * or checksum does not end at once. SPDX-License-Identifier: BSD-3-Clause */
#ifndef FUZZ_FILES_H
#define FUZZ_FILES_H

#include "fuzz/driver.h"

#include <sys/stat.h>

static char folder[64], first[96], second[96];

static void remove_folder(void)
{
    unlink(first);
    unlink(second);
    rmdir(folder);
}

static void make_folder(void)
{
    if (folder[0] != '\0')
        return;
    snprintf(folder, sizeof folder, "%s/gim-fuzz-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    need(mkdtemp(folder) != NULL, "cannot make a folder");
    snprintf(first, sizeof first, "%s/first", folder);
    snprintf(second, sizeof second, "%s/second", folder);
    atexit(remove_folder);
}

static fuzz_input read_input(const char *path)
{
    struct stat found;
    int file = open(path, O_RDONLY);
    need(file >= 0 && fstat(file, &found) == 0, "cannot read what was saved");
    fuzz_input input = {malloc((size_t)found.st_size + 1), (size_t)found.st_size};
    need(read(file, input.data, input.size) == (ssize_t)input.size, "cannot read what was saved");
    close(file);
    return input;
}

/* Whether the files first and second are the same. */
static int same_files(void)
{
    fuzz_input a = read_input(first), b = read_input(second);
    int same = a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
    free(a.data);
    free(b.data);
    return same;
}

#ifndef GIM_LIBFUZZER

static uint64_t length_of(const fuzz_input *input)
{
    uint64_t length = 0;
    for (size_t i = 8; i-- > 0;)
        length = length << 8 | input->data[i];
    return length;
}

static void set_length(fuzz_input *input, uint64_t length)
{
    for (size_t i = 0; i < 8; i++)
        input->data[i] = (uint8_t)(length >> 8 * i);
}

/* The header's length is made to fit where its end can still be seen. */
static void fuzz_mend(fuzz_input *input)
{
    static const char end[] = "]}}";
    for (size_t i = input->size; i-- > 8 + sizeof end;)
        if (memcmp(input->data + i - 3, end, 3) == 0) {
            while (i < input->size && input->data[i] == ' ')
                i++;
            set_length(input, i - 8);
            return;
        }
}

/* Without the checksum, changes get further. */
static fuzz_input without_checksum(fuzz_input input)
{
    static const char key[] = ",\"checksum\":\"........\"";
    for (size_t i = 8; i + sizeof key < input.size; i++)
        if (memcmp(input.data + i, key, 13) == 0) {
            set_length(&input, length_of(&input) - (sizeof key - 1));
            fuzz_splice(&input, i, sizeof key - 1, "", 0);
            return input;
        }
    return input;
}

#endif

#endif
