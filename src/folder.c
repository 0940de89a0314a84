/* Folders that a command fills. SPDX-License-Identifier: BSD-3-Clause */
#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "memory.h"

static bool is_ours(const char *name, const char *const *files)
{
    for (; *files != NULL; files++)
        if (strcmp(name, *files) == 0)
            return true;
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* A name in the folder that is not ours: to be freed; NULL: there is none. marked: whether the first file is there. */
static char *find_stranger(DIR *listing, const char *const *files, bool *marked)
{
    char *stranger = NULL, *table = NULL;
    *marked = false;
    for (struct dirent *entry; (entry = readdir(listing)) != NULL && stranger == NULL;) {
        if (strcmp(entry->d_name, files[0]) == 0)
            *marked = true;
        else if (!is_ours(entry->d_name, files))
            stranger = memory_text(entry->d_name);
        else if (table == NULL && entry->d_name[0] != '.')
            table = memory_text(entry->d_name);
    }
    if (stranger == NULL && !*marked) { /* a table without the marker is somebody else's */
        stranger = table;
        table = NULL;
    }
    free(table);
    return stranger;
}

static int remove_others(const struct ui *ui, const char *folder, const char *const *files)
{
    int code = EXIT_OK;
    for (size_t i = 1; files[i] != NULL && code == EXIT_OK; i++) {
        char *path = memory_format("%s/%s", folder, files[i]);
        if (unlink(path) != 0 && errno != ENOENT)
            code = ui_fail(ui, "%s: cannot be replaced: %s", path, strerror(errno));
        free(path);
    }
    return code;
}

int folder_open(const struct ui *ui, const char *folder, const char *const *files, const char *what)
{
    bool marked;
    if (mkdir(folder, 0777) == 0)
        return EXIT_OK;
    if (errno != EEXIST)
        return ui_fail(ui, "%s: cannot be made: %s", folder, strerror(errno));
    DIR *listing = opendir(folder);
    if (listing == NULL)
        return ui_fail(ui, "%s: cannot be listed: %s", folder, strerror(errno));
    char *stranger = find_stranger(listing, files, &marked);
    closedir(listing);
    int code = EXIT_OK;
    if (stranger != NULL)
        code = ui_fail(ui, "%s: holds \"%s\", which is not of a %s; name a folder that is new or empty", folder,
                       stranger, what);
    else if (marked)
        code = remove_others(ui, folder, files);
    free(stranger);
    return code;
}
