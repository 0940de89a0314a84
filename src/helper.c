/* gim-h5ad, started, fed and waited for. SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands.h"
#include "memory.h"

enum { MOST_ARGUMENTS = 1000, MOST_SAID = 2000 };

/* Beside gim, or where an installed gim has it: to be freed; NULL where it is not there. */
static char *find_helper(void)
{
    static const char *const places[] = {"", "/../libexec/gim"};
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0)
        return NULL;
    self[n] = '\0';
    const char *folder = dirname(self);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char *path = memory_format("%s%s/gim-h5ad", folder, places[i]);
        if (access(path, X_OK) == 0)
            return path;
        free(path);
    }
    return NULL;
}

static int spawn(struct helper *helper, char *program, char *const *arguments, int in, int out, int said)
{
    extern char **environ;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t pipes;
    sigemptyset(&pipes);
    sigaddset(&pipes, SIGPIPE);
    if (posix_spawn_file_actions_init(&actions) != 0 || posix_spawnattr_init(&attributes) != 0)
        return ENOMEM;
    posix_spawnattr_setsigdefault(&attributes, &pipes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, said, STDERR_FILENO);
    int error = posix_spawn(&helper->child, program, &actions, &attributes, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error;
}

/* Its two pipes and its place to complain. */
static int connect(struct helper *helper, char *program, char *const *arguments)
{
    int in[2], out[2];
    helper->said = tmpfile();
    if (helper->said == NULL || pipe2(in, O_CLOEXEC) != 0)
        return errno;
    if (pipe2(out, O_CLOEXEC) != 0) {
        close(in[0]);
        close(in[1]);
        return errno;
    }
    int error = spawn(helper, program, arguments, in[0], out[1], fileno(helper->said));
    close(in[0]);
    close(out[1]);
    helper->to = fdopen(in[1], "wb");
    helper->from = fdopen(out[0], "rb");
    return error != 0 || (helper->to != NULL && helper->from != NULL) ? error : ENOMEM;
}

int helper_start(struct helper *helper, const struct ui *ui, const char *path, const char *const *arguments)
{
    char *program = find_helper(), *all[MOST_ARGUMENTS];
    size_t n = 1;
    helper->ui = ui;
    helper->path = path;
    if (program == NULL)
        return ui_fail(ui, "%s: .h5ad files need the program gim-h5ad beside gim; it is built where libhdf5 is", path);
    for (; arguments[n - 1] != NULL && n < MOST_ARGUMENTS - 1; n++)
        all[n] = (char *)arguments[n - 1];
    all[0] = program;
    all[n] = NULL;
    signal(SIGPIPE, SIG_IGN); /* a helper that ends early is an error of its own */
    int error = connect(helper, program, all);
    int code = error == 0 ? EXIT_OK : ui_fail(ui, "%s: cannot be started: %s", program, strerror(error));
    free(program);
    return code;
}

/* What it said, on one line: to be freed. */
static char *said(struct helper *helper)
{
    char *text = memory_new(MOST_SAID + 1, 1);
    rewind(helper->said);
    size_t n = fread(text, 1, MOST_SAID, helper->said);
    while (n > 0 && text[n - 1] == '\n')
        text[--n] = '\0';
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < ' ')
            text[i] = ' ';
    return text;
}

static int report(struct helper *helper, int status)
{
    char *text = said(helper);
    if (WIFSIGNALED(status))
        ui_fail(helper->ui, "%s: is damaged: the program that reads it ended by signal %d (%s)", helper->path,
                WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        ui_fail(helper->ui, "%s: %s", helper->path, text[0] != '\0' ? text : "cannot be read or written");
    free(text);
    return EXIT_FAILED;
}

int helper_end(struct helper *helper, int code)
{
    int status = 0;
    if (helper->to != NULL)
        fclose(helper->to);
    if (helper->from != NULL)
        fclose(helper->from);
    while (helper->child > 0 && waitpid(helper->child, &status, 0) < 0 && errno == EINTR)
        ;
    bool ours = WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE; /* we had stopped reading */
    if (helper->child > 0 && status != 0 && !ours)
        code = report(helper, status);
    else if (code == EXIT_BROKEN)
        code = ui_fail(helper->ui, "%s: what gim-h5ad sent makes no sense", helper->path);
    if (helper->said != NULL)
        fclose(helper->said);
    memset(helper, 0, sizeof *helper);
    return code;
}

int helper_describe(const struct ui *ui, const char *path, json_t **about)
{
    const char *const arguments[] = {"describe", path, NULL};
    struct helper helper = {0};
    int code = helper_start(&helper, ui, path, arguments);
    if (code == EXIT_OK) {
        *about = json_loadf(helper.from, 0, NULL);
        code = *about != NULL ? EXIT_OK : EXIT_BROKEN;
    }
    return helper_end(&helper, code);
}
