/* Files: read only where they are regular files; written beside their place, then renamed into it.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__FILE_H
#define GIM__FILE_H

#include <stdint.h>

#include "base/status.h"

/* Writes the message "PATH: ..." and returns status. */
gim_status gim__file_fail(gim__message *message, const char *path, gim_status status, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A file that is read. All functions on it return GIM_OK or GIM_ERR_IO. */
typedef struct gim__reader {
    const char *path;
    gim__message *message;
    int file; /* -1: not open */
    uint64_t size;
} gim__reader;

/* Never waits: what is not a regular file is refused. */
gim_status gim__reader_open(gim__reader *reader, const char *path, gim__message *message);
/* n bytes from byte at on, all of them or a failure. */
gim_status gim__reader_get(const gim__reader *reader, void *to, uint64_t at, size_t n);
/* Takes one that could not be opened. */
void gim__reader_close(gim__reader *reader);

/* A file that is to take a path's place. */
typedef struct gim__writer {
    const gim_allocator *allocator;
    gim__message *message;
    const char *path;
    char *target;    /* path, or where the symbolic link there leads */
    char *temporary; /* what is written, in the folder of target */
    size_t folder;   /* length of that folder's name, with its slash */
    int file;        /* -1: not open */
    int made;        /* temporary is there, and not yet in its place */
} gim__writer;

/* Refuses a path at which there is something other than a regular file, which a rename would replace by one. */
gim_status gim__writer_open(gim__writer *writer, const char *path, const gim_allocator *allocator,
                            gim__message *message);
gim_status gim__writer_put(gim__writer *writer, const void *from, size_t n);
/* Makes sure that all is on the disk, then puts the file in its place. */
gim_status gim__writer_commit(gim__writer *writer);
/* Leaves nothing behind of what was not put in its place. In any case, as after a failed open. */
void gim__writer_close(gim__writer *writer);

#endif
