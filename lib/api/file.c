/* Files. SPDX-License-Identifier: BSD-3-Clause */
#include "api/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

enum { SHOWN_PATH = 150, TRIES = 100, TEMPORARY_NAME = 32 };

gim_status gim__file_fail(gim__message *message, const char *path, gim_status status, const char *format, ...)
{
    char text[320];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size_t length = strlen(path), cut = length > SHOWN_PATH ? length - SHOWN_PATH : 0;
    while (((unsigned char)path[cut] & 0xc0) == 0x80) /* not into the middle of a character */
        cut++;
    return gim__fail(message, status, "%s%s: %s", cut > 0 ? "..." : "", path + cut, text);
}

/* "PATH: WHAT: what the system says of error" */
static gim_status fail(gim__message *message, const char *path, const char *what, int error)
{
    char text[128];
    if (strerror_r(error, text, sizeof text) != 0)
        snprintf(text, sizeof text, "error %d", error);
    return gim__file_fail(message, path, GIM_ERR_IO, "%s: %s", what, text);
}

static const char *kind_of(mode_t mode)
{
    return S_ISDIR(mode) ? "a folder" : S_ISFIFO(mode) ? "a pipe" : S_ISSOCK(mode) ? "a socket" : "a device";
}

/* ---- reading ---- */

gim_status gim__reader_open(gim__reader *reader, const char *path, gim__message *message)
{
    struct stat found;
    *reader = (gim__reader){.path = path, .message = message};
    reader->file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (reader->file < 0)
        return fail(message, path, "cannot be opened", errno);
    if (fstat(reader->file, &found) != 0)
        return fail(message, path, "cannot be looked at", errno);
    if (!S_ISREG(found.st_mode))
        return gim__file_fail(message, path, GIM_ERR_IO, "is %s; a model is read from a regular file",
                              kind_of(found.st_mode));
    reader->size = (uint64_t)found.st_size;
    return GIM_OK;
}

gim_status gim__reader_get(const gim__reader *reader, void *to, uint64_t at, size_t n)
{
    char *next = to;
    while (n > 0) {
        ssize_t got = pread(reader->file, next, n, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(reader->message, reader->path, "cannot be read", errno);
        if (got == 0)
            return gim__file_fail(reader->message, reader->path, GIM_ERR_IO, "became shorter while it was read");
        next += got;
        at += (uint64_t)got;
        n -= (size_t)got;
    }
    return GIM_OK;
}

void gim__reader_close(gim__reader *reader)
{
    if (reader->file >= 0)
        close(reader->file);
    reader->file = -1;
}

/* ---- writing ---- */

static gim_status no_memory(const gim__writer *writer)
{
    return gim__file_fail(writer->message, writer->path, GIM_ERR_NOMEM, "out of memory for the names of files");
}

/* Fills writer->target. A symbolic link is followed, so that the link stays one. */
static gim_status find_target(gim__writer *writer)
{
    struct stat found;
    if (lstat(writer->path, &found) != 0 || !S_ISLNK(found.st_mode)) {
        writer->target = gim__clone_text(writer->allocator, writer->path);
        return writer->target == NULL ? no_memory(writer) : GIM_OK;
    }
    writer->target = gim__new(writer->allocator, PATH_MAX, 1);
    if (writer->target == NULL)
        return no_memory(writer);
    if (realpath(writer->path, writer->target) == NULL)
        return fail(writer->message, writer->path, "is a symbolic link that cannot be followed", errno);
    return GIM_OK;
}

/* What is there now may be replaced; mode gets its permissions, or -1 where there is nothing. */
static gim_status check_target(const gim__writer *writer, int *mode)
{
    struct stat found;
    *mode = -1;
    if (stat(writer->target, &found) != 0)
        return errno == ENOENT ? GIM_OK : fail(writer->message, writer->path, "cannot be looked at", errno);
    if (!S_ISREG(found.st_mode))
        return gim__file_fail(writer->message, writer->path, GIM_ERR_IO, "is %s; a model is written to a regular file",
                              kind_of(found.st_mode));
    *mode = (int)(found.st_mode & 0777);
    return GIM_OK;
}

/* Opens a new file of a name that nobody can guess and nothing has. */
static int open_temporary(gim__writer *writer, int mode)
{
    uint64_t number = 0;
    for (int i = 0; i < TRIES; i++) {
        if (getentropy(&number, sizeof number) != 0)
            number++;
        snprintf(writer->temporary + writer->folder, TEMPORARY_NAME, ".gim-%016llx.tmp", (unsigned long long)number);
        int file = open(writer->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                        (mode_t)(mode < 0 ? 0666 : mode));
        if (file >= 0 || errno != EEXIST)
            return file;
    }
    return -1;
}

gim_status gim__writer_open(gim__writer *writer, const char *path, const gim_allocator *allocator,
                            gim__message *message)
{
    int mode = -1;
    *writer = (gim__writer){.allocator = allocator, .message = message, .path = path, .file = -1};
    gim_status status = find_target(writer);
    if (status == GIM_OK)
        status = check_target(writer, &mode);
    if (status != GIM_OK)
        return status;
    const char *slash = strrchr(writer->target, '/');
    writer->folder = slash == NULL ? 0 : (size_t)(slash - writer->target) + 1;
    writer->temporary = gim__new(allocator, writer->folder + TEMPORARY_NAME, 1);
    if (writer->temporary == NULL)
        return no_memory(writer);
    memcpy(writer->temporary, writer->target, writer->folder);
    writer->file = open_temporary(writer, mode);
    if (writer->file < 0)
        return fail(message, path, "no file can be made in its folder", errno);
    writer->made = 1;
    if (mode >= 0)
        fchmod(writer->file, (mode_t)mode); /* in vain where files have none to keep; those that it has are no wider */
    return GIM_OK;
}

gim_status gim__writer_put(gim__writer *writer, const void *from, size_t n)
{
    const char *next = from;
    while (n > 0) {
        ssize_t put = write(writer->file, next, n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return fail(writer->message, writer->path, "cannot be written", put < 0 ? errno : EIO);
        next += put;
        n -= (size_t)put;
    }
    return GIM_OK;
}

/* A rename is safe once its folder is. One that cannot be opened or synchronised at all is left to its system. */
static int sync_folder(gim__writer *writer)
{
    writer->temporary[writer->folder] = '\0';
    int folder = open(writer->folder == 0 ? "." : writer->temporary, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return 0;
    int error = fsync(folder) == 0 ? 0 : errno;
    close(folder);
    return error == EIO || error == ENOSPC || error == EDQUOT ? error : 0;
}

gim_status gim__writer_commit(gim__writer *writer)
{
    if (fsync(writer->file) != 0)
        return fail(writer->message, writer->path, "cannot be written to the disk", errno);
    int closed = close(writer->file);
    writer->file = -1;
    if (closed != 0 && errno != EINTR)
        return fail(writer->message, writer->path, "cannot be written", errno);
    if (rename(writer->temporary, writer->target) != 0)
        return fail(writer->message, writer->path, "cannot be put in its place", errno);
    writer->made = 0;
    int error = sync_folder(writer);
    return error == 0
               ? GIM_OK
               : fail(writer->message, writer->path, "is written, but its folder is not safe on the disk", error);
}

void gim__writer_close(gim__writer *writer)
{
    if (writer->file >= 0)
        close(writer->file);
    if (writer->made)
        unlink(writer->temporary);
    gim__delete(writer->allocator, writer->target);
    gim__delete(writer->allocator, writer->temporary);
    *writer = (gim__writer){.file = -1};
}
