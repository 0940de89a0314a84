/* Files, where the system refuses: after each failure the old file is whole, and nothing else is left in its folder.
 * This program has its own open(), write(), ...: each can fail, and all note that they were called.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "api/file.h"
#include "base/alloc.h"
#include "unit/small_model.h"

/* ---- system calls that fail when told to ---- */

static struct {
    int armed;
    long fail_at; /* this call fails, counted from 0; -1: none */
    int error;    /* with this errno */
    long calls;
    size_t most;     /* bytes that one read or write moves; 0: as many as asked for */
    char always;     /* every call of this letter fails */
    int zero;        /* the next random number is 0 */
    int interrupted; /* every second read or write is interrupted first */
    char log[4096];  /* a letter a call */
} faults = {.fail_at = -1};

static int fails(char letter)
{
    if (!faults.armed)
        return 0;
    if (letter == faults.always) {
        errno = faults.error;
        return 1;
    }
    if (faults.calls < (long)sizeof faults.log - 1)
        faults.log[faults.calls] = letter;
    if (faults.calls++ != faults.fail_at)
        return 0;
    errno = faults.error;
    return 1;
}

static int interrupted(void)
{
    static int odd;
    odd = !odd;
    if (faults.armed && faults.interrupted && odd)
        errno = EINTR;
    return faults.armed && faults.interrupted && odd;
}

static size_t some(size_t n)
{
    return faults.armed && faults.most > 0 && n > faults.most ? faults.most : n;
}

int open(const char *file, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return fails(flags & O_CREAT       ? 'C'
                 : flags & O_DIRECTORY ? 'D'
                                       : 'O')
               ? -1
               : (int)syscall(SYS_openat, AT_FDCWD, file, flags, mode);
}

ssize_t write(int file, const void *from, size_t n)
{
    return interrupted() || fails('w') ? -1 : syscall(SYS_write, file, from, some(n));
}

ssize_t pread(int file, void *to, size_t n, off_t at)
{
    return interrupted() || fails('p') ? -1 : syscall(SYS_pread64, file, to, some(n), at);
}

int fsync(int file)
{
    return fails('s') ? -1 : (int)syscall(SYS_fsync, file);
}

int fchmod(int file, mode_t mode)
{
    return fails('m') ? -1 : (int)syscall(SYS_fchmod, file, mode);
}

int close(int file)
{
    int failed = fails('c');
    int error = errno, result = (int)syscall(SYS_close, file);
    if (failed)
        errno = error;
    return failed ? -1 : result;
}

int rename(const char *from, const char *to)
{
    return fails('r') ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int getentropy(void *to, size_t n)
{
    if (fails('e'))
        return -1;
    if (faults.armed && faults.zero) {
        faults.zero = 0;
        memset(to, 0, n);
        return 0;
    }
    return syscall(SYS_getrandom, to, n, 0) == (long)n ? 0 : -1;
}

static void arm(long fail_at, int error)
{
    memset(&faults, 0, sizeof faults);
    faults.fail_at = fail_at;
    faults.error = error;
    faults.armed = 1;
}

/* ---- a folder with one model in it ---- */

static char folder[64], path[128];
static gim_model *model;

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/gim-test-file-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/model.gim", folder);
    json_decref(json_object()); /* jansson opens a file of its own at its first object */
    model = small_model(GIM_LINEAR, GIM_SHIFT, GIM_PER_ENVIRONMENT);
    ck_assert_int_ge(gim_fit(model, &small_data, NULL, NULL), GIM_OK);
}

static void remove_folder(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
    gim_model_free(model);
}

static size_t files_in(const char *where)
{
    size_t n = 0;
    DIR *entries = opendir(where);
    ck_assert_ptr_nonnull(entries);
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;)
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(entries);
    return n;
}

static const char *message_of(const gim_model *asked)
{
    static char text[600];
    gim_message(asked, text, sizeof text);
    return text;
}

/* The seed tells one file from another. */
static int64_t seed_in(const char *file)
{
    gim_model *loaded;
    int64_t seed = -1;
    gim_status status = gim_model_load(&loaded, file, NULL);
    ck_assert_msg(status == GIM_OK, "%s", message_of(loaded));
    ck_assert_int_eq(gim_get_int(loaded, GIM_SEED, &seed), GIM_OK);
    gim_model_free(loaded);
    return seed;
}

static void save_seed(int64_t seed, const char *file)
{
    ck_assert_int_eq(gim_set_int(model, GIM_SEED, seed), GIM_OK);
    gim_status status = gim_model_save(model, file);
    ck_assert_msg(status == GIM_OK, "%s", message_of(model));
}

static void assert_not_saved(const char *file, const char *why)
{
    size_t before = files_in(folder);
    ck_assert_int_eq(gim_model_save(model, file), GIM_ERR_IO);
    ck_assert_msg(strstr(message_of(model), why) != NULL, "%s: not \"%s\"", message_of(model), why);
    ck_assert_uint_eq(files_in(folder), before);
}

/* ---- the order of things ---- */

/* Written, made safe, closed, renamed; then the folder is made safe. */
START_TEST(file_is_safe_before_it_has_its_name)
{
    arm(-1, 0);
    save_seed(1, path);
    faults.armed = 0;
    const char *after = faults.log + strspn(faults.log, "eCw");
    ck_assert_int_eq(faults.log[0], 'e');
    ck_assert_int_eq(faults.log[1], 'C');
    ck_assert_ptr_nonnull(strchr(faults.log, 'w'));
    ck_assert_str_eq(after, "scrDsc");
    ck_assert_uint_eq(files_in(folder), 1);
}
END_TEST

/* Every call fails once. A folder that cannot be opened, or not be made safe for a reason other than the disk's, is no
 * failure. */
START_TEST(each_call_of_saving_fails_once)
{
    static const int errors[] = {ENOSPC, EIO, EACCES, EDQUOT, EEXIST, EINTR};
    int error = errors[_i];
    save_seed(1, path);
    for (long k = 0, done = 0; !done; k++) {
        gim_set_int(model, GIM_SEED, 2);
        arm(k, error);
        gim_status status = gim_model_save(model, path);
        faults.armed = 0;
        char failed = k < faults.calls ? faults.log[k] : '\0';
        const char *renamed = strchr(faults.log, 'r');
        int replaced = renamed != NULL && renamed != faults.log + k;
        int disk = error == ENOSPC || error == EIO || error == EDQUOT;
        int harmless = strchr("eDm", failed) != NULL || (replaced && failed == 'c') ||
                       (replaced && failed == 's' && !disk) || (error == EINTR && strchr("wc", failed) != NULL) ||
                       (error == EEXIST && failed == 'C');
        ck_assert_msg((status == GIM_OK) == harmless, "call %ld (%c) failed: %s", k, failed, gim_status_name(status));
        ck_assert(status == GIM_OK || status == GIM_ERR_IO);
        if (status != GIM_OK)
            ck_assert_ptr_nonnull(strstr(message_of(model), "model.gim"));
        ck_assert_int_eq(seed_in(path), replaced ? 2 : 1);
        ck_assert_uint_eq(files_in(folder), 1);
        save_seed(1, path);
        done = failed == '\0';
        ck_assert(!done || k > 20);
    }
}
END_TEST

/* Names that are taken are not tried for ever. */
START_TEST(no_name_is_free)
{
    save_seed(1, path);
    arm(-1, EEXIST);
    faults.always = 'C';
    gim_status status = gim_model_save(model, path);
    faults.armed = 0;
    ck_assert_int_eq(status, GIM_ERR_IO);
    ck_assert_ptr_nonnull(strstr(message_of(model), "File exists"));
    ck_assert_int_eq(seed_in(path), 1);
}
END_TEST

/* Somebody was there before, with a link to a file that is not ours. */
START_TEST(name_that_is_taken_is_left_alone)
{
    char taken[160], victim[160];
    snprintf(taken, sizeof taken, "%s/.gim-0000000000000000.tmp", folder);
    snprintf(victim, sizeof victim, "%s/victim", folder);
    save_seed(7, victim);
    ck_assert_int_eq(symlink("victim", taken), 0);
    arm(-1, 0);
    faults.zero = 1;
    save_seed(1, path);
    faults.armed = 0;
    ck_assert_int_eq(faults.zero, 0);
    ck_assert_int_eq(seed_in(path), 1);
    ck_assert_int_eq(seed_in(victim), 7);
    ck_assert_uint_eq(files_in(folder), 3);
}
END_TEST

START_TEST(first_file_is_whole_or_not_there)
{
    for (long k = 0, done = 0; !done; k++) {
        arm(k, ENOSPC);
        gim_status status = gim_model_save(model, path);
        faults.armed = 0;
        done = k >= faults.calls;
        if (access(path, F_OK) == 0)
            seed_in(path);
        else
            ck_assert_int_eq(status, GIM_ERR_IO);
        unlink(path);
        ck_assert_uint_eq(files_in(folder), 0);
    }
}
END_TEST

START_TEST(each_call_of_loading_fails_once)
{
    save_seed(1, path);
    for (long k = 0, done = 0; !done; k++) {
        gim_model *loaded;
        arm(k, EIO);
        gim_status status = gim_model_load(&loaded, path, NULL);
        faults.armed = 0;
        done = k >= faults.calls;
        int harmless = done || faults.log[k] == 'c'; /* nothing is lost with a file that was only read */
        ck_assert_int_eq(status, harmless ? GIM_OK : GIM_ERR_IO);
        if (status != GIM_OK)
            ck_assert_ptr_nonnull(strstr(message_of(loaded), "model.gim: cannot be "));
        gim_model_free(loaded);
        ck_assert(!done || k > 10);
    }
}
END_TEST

/* Interrupted, and a few bytes at a time. */
START_TEST(short_and_interrupted_calls_are_gone_on_with)
{
    char other[160];
    snprintf(other, sizeof other, "%s/other.gim", folder);
    save_seed(3, other);
    arm(-1, 0);
    faults.most = 7;
    faults.interrupted = 1;
    save_seed(3, path);
    ck_assert_int_eq(seed_in(path), 3);
    ck_assert_int_gt(faults.calls, 500);
    faults.armed = 0;
    char command[400];
    snprintf(command, sizeof command, "cmp %s %s", path, other);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(file_that_shrinks_is_noticed)
{
    gim__message message;
    gim__reader reader;
    char bytes[64];
    gim__message_init(&message);
    save_seed(1, path);
    ck_assert_int_eq(gim__reader_open(&reader, path, &message), GIM_OK);
    ck_assert_int_eq(gim__reader_get(&reader, bytes, reader.size - 64, 64), GIM_OK);
    ck_assert_int_eq(truncate(path, (off_t)reader.size - 1), 0);
    ck_assert_int_eq(gim__reader_get(&reader, bytes, reader.size - 64, 64), GIM_ERR_IO);
    ck_assert_ptr_nonnull(strstr(message.text, "shorter"));
    gim__reader_close(&reader);
    gim__message_destroy(&message);
}
END_TEST

/* ---- places ---- */

/* A limit on the size of files does what a full disk does, without help from this program's own calls. */
START_TEST(no_room)
{
    struct rlimit limit, tight;
    save_seed(1, path);
    gim_set_int(model, GIM_SEED, 2);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    signal(SIGXFSZ, SIG_IGN);
    for (rlim_t most = 0; most < 3000; most += 499) {
        tight = limit;
        tight.rlim_cur = most;
        int failed = setrlimit(RLIMIT_FSIZE, &tight); /* no ck_assert() now: it writes to a file, too */
        gim_status status = gim_model_save(model, path);
        failed += setrlimit(RLIMIT_FSIZE, &limit);
        ck_assert_int_eq(failed, 0);
        ck_assert_int_eq(status, GIM_ERR_IO);
        ck_assert_ptr_nonnull(strstr(message_of(model), "File too large"));
        ck_assert_int_eq(seed_in(path), 1);
        ck_assert_uint_eq(files_in(folder), 1);
    }
    signal(SIGXFSZ, SIG_DFL);
}
END_TEST

START_TEST(places_that_cannot_be)
{
    char place[256];
    save_seed(1, path);
    assert_not_saved("", ": ");
    assert_not_saved(folder, "is a folder");
    assert_not_saved("/proc/model.gim", "no file can be made");
    snprintf(place, sizeof place, "%s/none/model.gim", folder);
    assert_not_saved(place, "No such file");
    snprintf(place, sizeof place, "%s/", path);
    assert_not_saved(place, "Not a directory");
    snprintf(place, sizeof place, "%s/pipe", folder);
    ck_assert_int_eq(mkfifo(place, 0600), 0);
    assert_not_saved(place, "is a pipe");
    snprintf(place, sizeof place, "%s/nowhere", folder);
    ck_assert_int_eq(symlink("nothing-there", place), 0);
    assert_not_saved(place, "symbolic link");
    ck_assert_int_eq(seed_in(path), 1);
}
END_TEST

START_TEST(folder_that_cannot_be_written)
{
    if (geteuid() == 0)
        return; /* root may write anywhere; /proc above is where it may not */
    save_seed(1, path);
    ck_assert_int_eq(chmod(folder, 0500), 0);
    assert_not_saved(path, "Permission denied");
    ck_assert_int_eq(chmod(folder, 0700), 0);
}
END_TEST

START_TEST(symbolic_link_stays_one)
{
    char link[160];
    struct stat found;
    snprintf(link, sizeof link, "%s/link", folder);
    ck_assert_int_eq(symlink("model.gim", link), 0);
    save_seed(1, path);
    save_seed(2, link);
    ck_assert_int_eq(seed_in(path), 2);
    ck_assert_int_eq(lstat(link, &found), 0);
    ck_assert(S_ISLNK(found.st_mode));
    ck_assert_uint_eq(files_in(folder), 2);
}
END_TEST

static int mode_of(const char *file)
{
    struct stat found;
    ck_assert_int_eq(stat(file, &found), 0);
    return (int)(found.st_mode & 07777);
}

START_TEST(permissions)
{
    mode_t mask = umask(027);
    save_seed(1, path);
    ck_assert_int_eq(mode_of(path), 0640);
    ck_assert_int_eq(chmod(path, 0600), 0);
    save_seed(2, path);
    ck_assert_int_eq(mode_of(path), 0600); /* what was private stays so */
    ck_assert_int_eq(chmod(path, 0464), 0);
    save_seed(3, path);
    ck_assert_int_eq(mode_of(path), 0464);
    ck_assert_int_eq(seed_in(path), 3);
    umask(mask);
}
END_TEST

START_TEST(names_without_a_folder)
{
    char here[256], longest[256];
    ck_assert_ptr_nonnull(getcwd(here, sizeof here));
    ck_assert_int_eq(chdir(folder), 0);
    save_seed(1, "model.gim");
    memset(longest, 'n', 255);
    longest[255] = '\0';
    save_seed(2, longest); /* the temporary name is no longer than any other */
    ck_assert_int_eq(seed_in(longest), 2);
    ck_assert_uint_eq(files_in("."), 2);
    ck_assert_int_eq(chdir(here), 0);
    ck_assert_int_eq(seed_in(path), 1);
}
END_TEST

/* Messages have room for the end of any path, and begin with a whole character. */
START_TEST(long_paths_are_shortened)
{
    char place[1000] = "";
    for (size_t i = 0; i < 300; i++)
        memcpy(place + 3 * i, "\xe2\x82\xac", 4);
    strcat(place, "/model.gim");
    ck_assert_int_eq(gim_model_save(model, place), GIM_ERR_IO);
    ck_assert_int_eq(strncmp(message_of(model), "...\xe2\x82\xac", 6), 0);
    ck_assert_ptr_nonnull(strstr(message_of(model), "/model.gim: "));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("file");
    TCase *tests = tcase_create("file");
    tcase_add_checked_fixture(tests, make_folder, remove_folder);
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, file_is_safe_before_it_has_its_name);
    tcase_add_loop_test(tests, each_call_of_saving_fails_once, 0, 6);
    tcase_add_test(tests, no_name_is_free);
    tcase_add_test(tests, name_that_is_taken_is_left_alone);
    tcase_add_test(tests, first_file_is_whole_or_not_there);
    tcase_add_test(tests, each_call_of_loading_fails_once);
    tcase_add_test(tests, short_and_interrupted_calls_are_gone_on_with);
    tcase_add_test(tests, file_that_shrinks_is_noticed);
    tcase_add_test(tests, no_room);
    tcase_add_test(tests, places_that_cannot_be);
    tcase_add_test(tests, folder_that_cannot_be_written);
    tcase_add_test(tests, symbolic_link_stays_one);
    tcase_add_test(tests, permissions);
    tcase_add_test(tests, names_without_a_folder);
    tcase_add_test(tests, long_paths_are_shortened);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
