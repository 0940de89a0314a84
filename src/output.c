/* Where results go: standard output, or a file that is whole or not there. SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "memory.h"

/* The temporary file that is being written, for the end of the program by a signal or by exit(). */
static char *volatile unfinished;

static void remove_unfinished(void)
{
    if (unfinished != NULL)
        unlink(unfinished);
}

static void on_signal(int signal)
{
    remove_unfinished();
    raise(signal); /* its own effect again, by SA_RESETHAND */
}

static void guard(char *temporary)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    unfinished = temporary;
    atexit(remove_unfinished);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND | SA_NODEFER}, old;
        if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    }
}

/* Opens a temporary file beside the path; through symbolic links, so that these stay. */
static int open_beside(struct output *output)
{
    char *real = realpath(output->path, NULL);
    if (real != NULL) {
        free(output->path);
        output->path = real;
    }
    output->temporary = memory_format("%s.tmp%ld", output->path, (long)getpid());
    int fd = open(output->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        free(output->temporary);
        output->temporary = NULL;
    } else {
        guard(output->temporary);
    }
    return fd;
}

static int open_descriptor(struct output *output)
{
    struct stat about;
    if (output->path == NULL)
        return dup(STDOUT_FILENO);
    if (stat(output->path, &about) == 0 && !S_ISREG(about.st_mode))
        return open(output->path, O_WRONLY | O_CLOEXEC);
    return open_beside(output);
}

static const char *name(const struct output *output)
{
    return output->path == NULL ? "standard output" : output->path;
}

bool output_is_standard(const char *path)
{
    return path == NULL || strcmp(path, "-") == 0;
}

int output_open(struct output *output, const struct ui *ui, const char *path)
{
    size_t length = path == NULL ? 0 : strlen(path);
    bool gzip = length > 3 && strcmp(path + length - 3, ".gz") == 0;
    output->ui = ui;
    output->path = output_is_standard(path) ? NULL : memory_text(path);
    int fd = open_descriptor(output);
    if (fd < 0)
        return ui_fail(ui, "%s: cannot be written: %s", name(output), strerror(errno));
    output->file = gzdopen(fd, gzip ? "wb" : "wbT");
    if (output->file == NULL) {
        close(fd);
        return ui_fail(ui, "%s: cannot be written: out of memory", name(output));
    }
    gzbuffer(output->file, 1 << 16);
    return EXIT_OK;
}

int output_append(struct output *output, const struct ui *ui, const char *path, int fd)
{
    output->ui = ui;
    output->path = memory_text(path);
    output->file = gzdopen(fd, "abT");
    return output->file != NULL ? EXIT_OK : ui_fail(ui, "%s: cannot be written: out of memory", path);
}

int output_flush(struct output *output)
{
    errno = 0;
    if (output->error == 0 && gzflush(output->file, Z_SYNC_FLUSH) != Z_OK)
        output->error = errno != 0 ? errno : EIO;
    return output->error == 0 ? EXIT_OK
                              : ui_fail(output->ui, "%s: cannot be written: %s", name(output), strerror(output->error));
}

void output_write(struct output *output, const char *text, size_t length)
{
    errno = 0;
    if (output->error == 0 && length > 0 && gzfwrite(text, 1, length, output->file) != length)
        output->error = errno != 0 ? errno : EIO;
}

void output_print(struct output *output, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length >= 0)
        output_write(output, text, (size_t)length);
    else if (output->error == 0)
        output->error = ENOMEM;
    free(text);
}

static int write_chunk(const char *text, size_t length, void *user)
{
    output_write(user, text, length);
    return 0;
}

void output_json(struct output *output, json_t *value)
{
    size_t flags = JSON_INDENT(2) | JSON_REAL_PRECISION(9);
    if (json_dump_callback(value, write_chunk, output, flags) != 0 && output->error == 0)
        output->error = ENOMEM;
    output_write(output, "\n", 1);
    json_decref(value);
}

/* Renames the finished file, or reports why there is none. */
static int finish(struct output *output)
{
    errno = 0;
    int closed = gzclose(output->file);
    if (closed != Z_OK && output->error == 0)
        output->error = closed == Z_ERRNO && errno != 0 ? errno : EIO;
    if (output->error == 0 && output->temporary != NULL && rename(output->temporary, output->path) != 0)
        output->error = errno;
    if (output->error != 0)
        return ui_fail(output->ui, "%s: cannot be written: %s", name(output), strerror(output->error));
    unfinished = NULL;
    return EXIT_OK;
}

int output_close(struct output *output, int code)
{
    if (output->file != NULL && code == EXIT_OK)
        code = finish(output);
    else if (output->file != NULL)
        gzclose(output->file);
    if (output->temporary != NULL)
        remove_unfinished();
    unfinished = NULL;
    free(output->temporary);
    free(output->path);
    memset(output, 0, sizeof *output);
    return code;
}

int output_value(const struct ui *ui, json_t *value)
{
    struct output output = {0};
    int code = output_open(&output, ui, NULL);
    if (code == EXIT_OK)
        output_json(&output, value);
    else
        json_decref(value);
    return output_close(&output, code);
}
