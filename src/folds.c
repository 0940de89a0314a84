/* Which environments gim tune holds out, and when. SPDX-License-Identifier: BSD-3-Clause */
#include "folds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "memory.h"
#include "number.h"
#include "random.h"
#include "table.h"

enum { BY_PERTURBATION, BY_DOSE, BY_COMBINATION };
static const char *const ways[] = {"perturbation", "dose", "combination", NULL};
enum { MOST = 1000, USUAL = 5 };

/* What folds are made of: environments that are held out together or not at all. */
struct units {
    const struct training *training;
    char **group; /* (training->n): what --group says of each; its own name without it */
    double *dose; /* (training->n): what --dose says of each; NaN where it says nothing */
    bool *out;    /* (training->n): whether it is ever held out */
    struct names names;
    size_t *of; /* (training->n): the unit of each that is */
};

/* ---- the command line -------------------------------------------------------------------------------------------- */

static int way_of(const struct folds_choice *choice)
{
    int way = BY_PERTURBATION;
    for (int i = 0; choice->by != NULL && ways[i] != NULL; i++)
        if (strcmp(ways[i], choice->by[0]) == 0)
            way = i;
    return way;
}

int folds_check(const struct folds_choice *choice, const struct ui *ui)
{
    int way = BY_PERTURBATION;
    int64_t count = 0;
    int code = args_choice(ui, "--hold-out-by", choice->by, ways, &way);
    if (code != EXIT_OK)
        return code;
    if (choice->lists != NULL && (choice->by != NULL || choice->count != NULL || choice->group != NULL))
        return ui_usage(ui, "--fold says itself what is held out, without --hold-out-by, --folds and --group");
    if (way == BY_DOSE && (choice->dose == NULL || choice->group == NULL))
        return ui_usage(ui, "--hold-out-by dose needs --dose and --group: the columns of the dose, and of what it is "
                            "a dose of");
    return args_integer(ui, "--folds", choice->count, way == BY_PERTURBATION ? 2 : 1, MOST, &count);
}

/* ---- what the table of perturbations says ------------------------------------------------------------------------ */

static const char *name_of(const struct training *t, size_t i)
{
    return names_at(&t->cells.environments, t->cells_of[i]);
}

static bool is_control(const struct training *t, size_t i)
{
    return names_have(&t->choice->controls, name_of(t, i));
}

/* The training's environment of the present record. */
static bool find_environment(const struct units *units, const char *name, size_t *i)
{
    for (*i = 0; *i < units->training->n; ++*i)
        if (strcmp(name_of(units->training, *i), name) == 0)
            return !is_control(units->training, *i);
    return false;
}

static int read_record(struct units *units, const struct table *table, const size_t *group, const size_t *dose,
                       size_t i)
{
    if (group != NULL) {
        const char *text = table_field(table, *group);
        if (text[0] == '\0')
            return table_fail(table, "column \"%s\": nothing, where every environment but controls needs a group",
                              names_at(&table->columns, *group));
        free(units->group[i]);
        units->group[i] = memory_text(text);
    }
    if (dose != NULL && number_parse(table_field(table, *dose), &units->dose[i]) != NUMBER_FINITE)
        return table_fail(table, "column \"%s\": \"%s\" is not a dose, which is a number",
                          names_at(&table->columns, *dose), table_field(table, *dose));
    return EXIT_OK;
}

static int read_labels(struct units *units, const struct ui *ui, const struct folds_choice *choice)
{
    const struct training_choice *files = units->training->choice;
    struct table table = {0};
    const char *group_name = args_text(choice->group);
    const char *dose_name = way_of(choice) == BY_DOSE ? args_text(choice->dose) : NULL;
    size_t environment, group = 0, dose = 0, i;
    bool more = group_name != NULL || dose_name != NULL;
    if (!more)
        return EXIT_OK;
    int code = table_open(&table, ui, files->perturbations, files->delimiter);
    if (code == EXIT_OK)
        code = table_column(&table, "environment", &environment);
    if (code == EXIT_OK && group_name != NULL)
        code = table_column(&table, group_name, &group);
    if (code == EXIT_OK && dose_name != NULL)
        code = table_column(&table, dose_name, &dose);
    while (code == EXIT_OK && (code = table_next(&table, &more)) == EXIT_OK && more)
        if (find_environment(units, table_field(&table, environment), &i))
            code = read_record(units, &table, group_name != NULL ? &group : NULL, dose_name != NULL ? &dose : NULL, i);
    table_close(&table);
    return code;
}

/* ---- what is ever held out --------------------------------------------------------------------------------------- */

static void choose_perturbations(struct units *units)
{
    for (size_t i = 0; i < units->training->n; i++)
        units->out[i] = !is_control(units->training, i);
}

/* The highest dose of each group that has another. */
static void choose_doses(struct units *units)
{
    size_t n = units->training->n;
    for (size_t i = 0; i < n; i++) {
        bool higher = false, lower = false;
        for (size_t k = 0; k < n && !is_control(units->training, i); k++)
            if (!is_control(units->training, k) && strcmp(units->group[k], units->group[i]) == 0) {
                higher |= units->dose[k] > units->dose[i];
                lower |= units->dose[k] < units->dose[i];
            }
        units->out[i] = lower && !higher;
    }
}

static bool has_several(const struct training *t, size_t i)
{
    const double *features = frame_row(&t->perturbations, t->features_of[i], 0);
    size_t n = 0;
    for (size_t j = 0; j < t->perturbations.columns.n; j++)
        n += features[j] < 0 || features[j] > 0;
    return n > 1;
}

/* Those with a plus sign in their name; where no name has one, those with several features that are not zero. */
static void choose_combinations(struct units *units)
{
    const struct training *t = units->training;
    bool named = false;
    for (size_t i = 0; i < t->n; i++)
        named |= !is_control(t, i) && strchr(name_of(t, i), '+') != NULL;
    for (size_t i = 0; i < t->n; i++)
        units->out[i] = !is_control(t, i) && (named ? strchr(name_of(t, i), '+') != NULL : has_several(t, i));
}

static int no_unit(const struct units *units, const struct ui *ui, int way)
{
    const char *path = units->training->perturbations.path;
    if (way == BY_DOSE)
        return ui_fail(ui, "%s: no group has two doses, so that one could be held out", path);
    if (way == BY_COMBINATION)
        return ui_fail(ui,
                       "%s: no environment is a combination: none has a \"+\" in its name, or two features that are "
                       "not zero",
                       path);
    return ui_fail(ui, "%s: no environment but controls", path);
}

static int find_units(struct units *units, const struct ui *ui, const struct folds_choice *choice)
{
    static void (*const choosers[])(struct units *) = {choose_perturbations, choose_doses, choose_combinations};
    size_t n = units->training->n;
    units->group = memory_new(n, sizeof *units->group);
    units->dose = memory_new(n, sizeof *units->dose);
    units->out = memory_new(n, sizeof *units->out);
    units->of = memory_new(n, sizeof *units->of);
    for (size_t i = 0; i < n; i++) {
        units->group[i] = memory_text(name_of(units->training, i));
        units->dose[i] = NAN;
    }
    int code = read_labels(units, ui, choice), way = way_of(choice);
    if (code != EXIT_OK)
        return code;
    choosers[way](units);
    for (size_t i = 0; i < n; i++)
        if (units->out[i])
            units->of[i] = names_add(&units->names, units->group[i]);
    return units->names.n > 0 ? EXIT_OK : no_unit(units, ui, way);
}

static void units_free(struct units *units)
{
    for (size_t i = 0; units->group != NULL && i < units->training->n; i++)
        free(units->group[i]);
    free(units->group);
    free(units->dose);
    free(units->out);
    free(units->of);
    names_free(&units->names);
}

/* ---- folds ------------------------------------------------------------------------------------------------------- */

/* By perturbation 5, or as many as there are; otherwise all at once. */
static int count_folds(struct folds *folds, const struct ui *ui, const struct units *units,
                       const struct folds_choice *choice)
{
    int64_t most = (int64_t)units->names.n, count = 1;
    if (way_of(choice) == BY_PERTURBATION)
        count = most < USUAL ? most : USUAL;
    int code = args_integer(ui, "--folds", choice->count, 1, MOST, &count);
    if (code == EXIT_OK && count > most)
        code = ui_fail(ui, "--folds: %lld, where there is only this to hold out, together or not at all: %zu",
                       (long long)count, units->names.n);
    folds->n = (size_t)count;
    return code;
}

/* Units in random order, dealt to the folds like cards. */
static int deal(struct folds *folds, const struct ui *ui, const struct training *training,
                const struct folds_choice *choice)
{
    struct units units = {.training = training};
    uint64_t state = (uint64_t)choice->seed;
    size_t *order = NULL;
    int code = find_units(&units, ui, choice);
    if (code == EXIT_OK)
        code = count_folds(folds, ui, &units, choice);
    if (code != EXIT_OK)
        goto out;
    order = memory_new(units.names.n, sizeof *order);
    random_order(order, units.names.n, &state);
    for (size_t i = 0; i < training->n; i++)
        if (units.out[i])
            folds->of[i] = order[units.of[i]] % folds->n + 1;
out:
    free(order);
    units_free(&units);
    return code;
}

static int hold_out(struct folds *folds, const struct ui *ui, const struct training *training, const char *name)
{
    for (size_t i = 0; i < training->n; i++) {
        if (strcmp(name_of(training, i), name) != 0)
            continue;
        if (is_control(training, i))
            return ui_fail(ui, "--fold: \"%s\" is a --control, which every fit sees", name);
        if (folds->of[i] != 0)
            return ui_fail(ui, "--fold: \"%s\" is held out twice", name);
        folds->of[i] = folds->n;
        return EXIT_OK;
    }
    return ui_fail(ui, "--fold: no environment \"%s\" among those of the fit", name);
}

static int read_lists(struct folds *folds, const struct ui *ui, const struct training *training, char **lists)
{
    int code = EXIT_OK;
    for (; *lists != NULL && code == EXIT_OK; lists++) {
        struct names members = {0};
        folds->n++;
        if (!names_split(&members, *lists, NULL))
            code = ui_usage(ui, "--fold: \"%s\" is not a list of names with commas between them", *lists);
        for (size_t i = 0; i < members.n && code == EXIT_OK; i++)
            code = hold_out(folds, ui, training, names_at(&members, i));
        names_free(&members);
    }
    return code;
}

/* A fit needs an environment that is perturbed. */
static int check_rest(const struct folds *folds, const struct ui *ui, const struct training *training)
{
    for (size_t fold = 1; fold <= folds->n; fold++) {
        bool left = false;
        for (size_t i = 0; i < training->n; i++)
            left |= folds->of[i] != fold && !is_control(training, i);
        if (!left)
            return ui_fail(ui, "fold %zu of %zu holds out every perturbed environment, and leaves none to fit", fold,
                           folds->n);
    }
    return EXIT_OK;
}

int folds_make(struct folds *folds, const struct ui *ui, const struct training *training,
               const struct folds_choice *choice)
{
    folds->of = memory_new(training->n, sizeof *folds->of);
    int code =
        choice->lists != NULL ? read_lists(folds, ui, training, choice->lists) : deal(folds, ui, training, choice);
    return code == EXIT_OK ? check_rest(folds, ui, training) : code;
}

size_t folds_count(const struct folds *folds, const struct training *training, size_t fold)
{
    size_t n = 0;
    for (size_t i = 0; i < training->n; i++)
        n += folds->of[i] == fold;
    return n;
}

void folds_free(struct folds *folds)
{
    free(folds->of);
    memset(folds, 0, sizeof *folds);
}
