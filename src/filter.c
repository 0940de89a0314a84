/* Another program between a file and an output. SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands.h"

/* Starts the program between two descriptors. */
static int start(pid_t *child, char *const *arguments, int in, int out)
{
    extern char **environ;
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return error;
    posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    error = posix_spawnp(child, arguments[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* What takes the program's words. */
typedef void (*take_fn)(void *to, const char *text, size_t length);

static void copy_all(take_fn take, void *to, int from)
{
    char block[1 << 14];
    for (ssize_t n; (n = read(from, block, sizeof block)) != 0;) {
        if (n > 0)
            take(to, block, (size_t)n);
        else if (errno != EINTR)
            return;
    }
}

/* missing NULL: say nothing where there is no such program. */
static int run(const struct ui *ui, char *const *arguments, FILE *in, const char *missing, take_fn take, void *to)
{
    int ends[2], status = -1;
    pid_t child;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return ui_fail(ui, "no pipe: %s", strerror(errno));
    int error = start(&child, arguments, fileno(in), ends[1]);
    close(ends[1]);
    if (error == 0) {
        copy_all(take, to, ends[0]);
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
    }
    close(ends[0]);
    if (error == ENOENT)
        return missing != NULL ? ui_fail(ui, "%s", missing) : EXIT_FAILED;
    if (error != 0)
        return ui_fail(ui, "%s: cannot be started: %s", arguments[0], strerror(error));
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? EXIT_OK : ui_fail(ui, "%s: could not draw", arguments[0]);
}

static void to_output(void *to, const char *text, size_t length)
{
    output_write(to, text, length);
}

int filter_run(struct output *output, const struct ui *ui, char *const *arguments, FILE *in, const char *missing)
{
    return run(ui, arguments, in, missing, to_output, output);
}

static void to_stream(void *to, const char *text, size_t length)
{
    fwrite(text, 1, length, to);
}

int filter_text(char **text, const struct ui *ui, char *const *arguments, FILE *in)
{
    size_t length = 0;
    *text = NULL;
    FILE *stream = open_memstream(text, &length);
    if (stream == NULL)
        return ui_fail(ui, "out of memory");
    int code = run(ui, arguments, in, NULL, to_stream, stream);
    return fclose(stream) == 0 ? code : ui_fail(ui, "out of memory");
}
