/* gim prepare: a lab's cells become the tables of a fit. SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "commands.h"
#include "folder.h"
#include "helper.h"
#include "memory.h"
#include "output.h"
#include "preparation.h"

struct prepare_options {
    struct args_common common;
    char **matrix, **gene_names, **cells, **genes, **where, **perturbation, **controls, **targets;
    char **one_hot, **multi_hot, **number, **table, **key;
    char **normalise, **target_total, **min_counts, **min_cells, **min_rows;
    char **highly_variable, **markers, **variables, **hold_outs, **budget;
    int drop_missing, list;
};

static const struct args_page page = {
    "INPUT...",
    "Reads cells by genes, as a lab has them, and writes a folder that gim fit reads:\n"
    "  data.tsv            chosen genes of the cells that are kept, on one scale\n"
    "  perturbations.tsv   environments, and their features\n"
    "  preparation.json    what was done; gim fit --prepared keeps it in the model\n"
    "An INPUT is an .h5ad file, a folder with matrix.mtx, barcodes.tsv and features.tsv,\n"
    "a .npy array, or a table (.tsv, .csv, .gz). Several with the same genes are one.",
    "  gim prepare screen.h5ad --where cell_line=A549 --perturbation drug,dose --control drug=vehicle \\\n"
    "      --one-hot drug --number dose:nM:log10 --markers 50 -o a549\n"
    "  gim fit --prepared a549 --mechanism zero-inflated -o a549.gim\n"
    "  gim sample a549.gim --ask drug=Belinostat,dose=300 --units counts -o predicted.h5ad\n",
};

/* ---- options ----------------------------------------------------------------------------------------------------- */

static int take_normalise(const struct ui *ui, char **values, struct preparation_choice *choice)
{
    struct names steps = {0};
    int code = EXIT_OK;
    choice->by_total = choice->log1p = values == NULL;
    if (values != NULL && !names_split(&steps, values[0], NULL))
        code = ui_usage(ui, "--normalise: \"%s\" is not a list", values[0]);
    for (size_t i = 0; i < steps.n && code == EXIT_OK; i++) {
        const char *step = names_at(&steps, i);
        if (strcmp(step, "total") == 0)
            choice->by_total = true;
        else if (strcmp(step, "log1p") == 0)
            choice->log1p = true;
        else if (strcmp(step, "none") != 0 || steps.n > 1)
            code = ui_usage(ui, "--normalise: \"%s\" is not total, log1p, both, or none", values[0]);
    }
    names_free(&steps);
    return code;
}

/* Filters of counts have no meaning for values that are taken as they are. */
static int take_numbers(const struct ui *ui, const struct prepare_options *o, struct preparation_choice *choice)
{
    bool counts = choice->by_total || choice->log1p;
    int64_t budget = 512;
    int code;
    choice->min_counts = counts ? 200 : 0;
    choice->min_cells = counts ? 20 : 0;
    choice->min_rows = 1;
    if ((code = args_real(ui, "--min-counts", o->min_counts, 0, 1e15, &choice->min_counts)) != EXIT_OK ||
        (code = args_integer(ui, "--min-cells", o->min_cells, 0, 1000000000, &choice->min_cells)) != EXIT_OK ||
        (code = args_integer(ui, "--min-rows", o->min_rows, 1, 1000000000, &choice->min_rows)) != EXIT_OK ||
        (code = args_real(ui, "--target-total", o->target_total, 1e-6, 1e15, &choice->target_total)) != EXIT_OK ||
        (code = args_integer(ui, "--highly-variable", o->highly_variable, 1, 10000, &choice->highly_variable)) !=
            EXIT_OK ||
        (code = args_integer(ui, "--markers", o->markers, 1, 10000, &choice->markers)) != EXIT_OK ||
        (code = args_integer(ui, "--memory-budget", o->budget, 1, 1 << 20, &budget)) != EXIT_OK)
        return code;
    choice->cells.budget = (size_t)budget << 20;
    if (choice->target_total > 0 && !choice->by_total)
        return ui_usage(ui, "--target-total: --normalise has no total");
    return EXIT_OK;
}

static int take_tables(struct recipe *recipe, const struct ui *ui, const struct prepare_options *o, char delimiter)
{
    size_t n = 0, keys = 0;
    int code = EXIT_OK;
    while (o->table != NULL && o->table[n] != NULL)
        n++;
    while (o->key != NULL && o->key[keys] != NULL)
        keys++;
    if (n != keys)
        return ui_usage(ui, "--features-table and --key go together, a key for each table");
    for (size_t i = 0; i < n && code == EXIT_OK; i++)
        code = recipe_add_table(recipe, ui, o->table[i], o->key[i], delimiter);
    return code;
}

static int take_recipe(struct recipe *recipe, const struct ui *ui, const struct prepare_options *o, char delimiter)
{
    int code = args_names(ui, "--perturbation", o->perturbation, true, &recipe->columns);
    for (size_t i = 0; o->controls != NULL && o->controls[i] != NULL && code == EXIT_OK; i++)
        code = conditions_on_add(&recipe->control, ui, "--control", o->controls[i]);
    for (size_t i = 0; o->one_hot != NULL && o->one_hot[i] != NULL && code == EXIT_OK; i++)
        code = recipe_add_category(recipe, ui, o->one_hot[i], false);
    for (size_t i = 0; o->multi_hot != NULL && o->multi_hot[i] != NULL && code == EXIT_OK; i++)
        code = recipe_add_category(recipe, ui, o->multi_hot[i], true);
    for (size_t i = 0; o->number != NULL && o->number[i] != NULL && code == EXIT_OK; i++)
        code = recipe_add_number(recipe, ui, o->number[i]);
    if (code == EXIT_OK)
        code = take_tables(recipe, ui, o, delimiter);
    if (code == EXIT_OK && recipe->n_makers == 0)
        code = ui_usage(ui, "no features: --one-hot, --multi-hot, --number or --features-table make some");
    return code;
}

static void take_columns(const struct recipe *recipe, struct preparation_choice *choice)
{
    struct names *columns = &choice->cells.columns;
    for (size_t i = 0; i < choice->where.columns.n; i++)
        names_add(columns, names_at(&choice->where.columns, i));
    recipe_columns(recipe, columns);
    if (choice->targets != NULL)
        names_add(columns, choice->targets);
}

static int take_options(struct preparation_choice *choice, struct recipe *recipe, const struct prepare_options *o)
{
    const struct ui *ui = &o->common.ui;
    int code;
    choice->folder = choice->cells.scratch = args_text(o->common.output);
    choice->targets = args_text(o->targets);
    choice->drop_missing = o->drop_missing;
    choice->cells.matrix = args_text(o->matrix);
    choice->cells.gene_names = args_text(o->gene_names);
    choice->cells.cells = args_text(o->cells);
    choice->cells.genes = args_text(o->genes);
    if ((code = args_need(ui, "--output", o->common.output)) != EXIT_OK ||
        (code = args_need(ui, "--perturbation", o->perturbation)) != EXIT_OK ||
        (code = args_need(ui, "--control", o->controls)) != EXIT_OK ||
        (code = args_delimiter(ui, o->common.delimiter, &choice->cells.delimiter)) != EXIT_OK ||
        (code = take_normalise(ui, o->normalise, choice)) != EXIT_OK ||
        (code = take_numbers(ui, o, choice)) != EXIT_OK ||
        (code = args_names(ui, "--variables", o->variables, true, &choice->named)) != EXIT_OK ||
        (code = args_names(ui, "--hold-out", o->hold_outs, false, &choice->hold_outs)) != EXIT_OK ||
        (code = take_recipe(recipe, ui, o, choice->cells.delimiter)) != EXIT_OK)
        return code;
    for (size_t i = 0; o->where != NULL && o->where[i] != NULL && code == EXIT_OK; i++)
        code = conditions_on_add(&choice->where, ui, "--where", o->where[i]);
    take_columns(recipe, choice);
    return code;
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

static void print_list(const char *title, const json_t *names)
{
    size_t i;
    json_t *name;
    printf("%s:\n", title);
    json_array_foreach(names, i, name)
    {
        printf("  %s\n", json_string_value(name));
    }
}

/* What is in an .h5ad file. */
static int list_file(const struct ui *ui, const char *path)
{
    json_t *about = NULL;
    int code = helper_describe(ui, path, &about);
    if (code == EXIT_OK && ui->json) {
        json_dumpf(about, stdout, 0);
        putchar('\n');
    } else if (code == EXIT_OK) {
        printf("%lld cells, %lld genes\n", (long long)json_integer_value(json_object_get(about, "rows")),
               (long long)json_integer_value(json_object_get(about, "genes")));
        print_list("matrices (--matrix)", json_object_get(about, "matrices"));
        print_list("columns of obs", json_object_get(about, "obs"));
        print_list("columns of var (--gene-names)", json_object_get(about, "var"));
    }
    json_decref(about);
    return code;
}

static void note_result(const struct preparation *p)
{
    const struct expression *e = &p->expression;
    char *scale = e->by_total ? memory_format(", scaled to a total of %g", e->target) : memory_text("");
    ui_note(p->ui, "%zu of %zu cells%s, %zu of %zu genes kept; %zu environments, %zu features, %zu variables",
            e->n_cells, p->cells.n_rows, scale, e->n_genes, p->cells.genes.n, p->environments.n - p->n_small,
            p->recipe.features.n, p->n_variables);
    free(scale);
}

static int prepare(const struct prepare_options *o)
{
    const struct ui *ui = &o->common.ui;
    struct preparation_choice choice = {.inputs = o->common.operands};
    struct preparation preparation = {.ui = ui, .choice = &choice};
    int code = take_options(&choice, &preparation.recipe, o);
    if (code == EXIT_OK && (code = folder_open(ui, choice.folder, preparation_files, "preparation")) == EXIT_OK) {
        code = preparation_make(&preparation);
        if (code == EXIT_OK)
            code = preparation_write(&preparation);
        if (code != EXIT_OK)
            rmdir(choice.folder); /* where nothing is in it */
    }
    if (code == EXIT_OK) {
        note_result(&preparation);
        code = ui->json ? output_value(ui, preparation_json(&preparation)) : EXIT_OK;
    }
    preparation_free(&preparation);
    conditions_on_free(&choice.where);
    names_free(&choice.named);
    names_free(&choice.hold_outs);
    names_free(&choice.cells.columns);
    return code;
}

static int run(void *options)
{
    const struct prepare_options *o = options;
    return o->list ? list_file(&o->common.ui, o->common.operands[0]) : prepare(o);
}

int command_prepare(int argc, const char **argv)
{
    struct prepare_options o = {.common.ui.command = "gim prepare"};
    struct poptOption options[] = {
        ARGS_VALUE("output", 'o', ARGS_ONCE, &o.common.output, "write into this folder, which is made", "FOLDER"),
        ARGS_FLAG("list", 'l', &o.list, "list the matrices and columns of an .h5ad file, and exit"),
        ARGS_VALUE("matrix", 0, ARGS_ONCE, &o.matrix, "of .h5ad: X (the default), raw, or layers/NAME", "NAME"),
        ARGS_VALUE("gene-names", 0, ARGS_ONCE, &o.gene_names,
                   "of .h5ad: the column of var that names genes (its index)", "COLUMN"),
        ARGS_VALUE("cells", 0, ARGS_ONCE, &o.cells, "annotations of the cells of a folder, by barcode, or of .npy",
                   "FILE"),
        ARGS_VALUE("genes", 0, ARGS_ONCE, &o.genes, "names of the columns of .npy, below a header", "FILE"),
        ARGS_VALUE("where", 'w', ARGS_MANY, &o.where, "only these cells; again: any of a column, all columns",
                   "COLUMN=VALUE"),
        ARGS_VALUE("perturbation", 'p', ARGS_MANY, &o.perturbation, "columns that tell environments apart",
                   "COLUMN,..."),
        ARGS_VALUE("control", 0, ARGS_MANY, &o.controls, "the cells to which nothing was done; again: as --where",
                   "COLUMN=VALUE"),
        ARGS_VALUE("one-hot", 0, ARGS_MANY, &o.one_hot, "a feature for each value of a column", "COLUMN"),
        ARGS_VALUE("multi-hot", 0, ARGS_MANY, &o.multi_hot, "the same of values written A+B", "COLUMN"),
        ARGS_VALUE("number", 0, ARGS_MANY, &o.number, "a column of numbers, its unit, log1p or log10 of it",
                   "COLUMN[:UNIT][:LOG]"),
        ARGS_VALUE("features-table", 0, ARGS_MANY, &o.table, "features of each value of --key, a row each", "FILE"),
        ARGS_VALUE("key", 0, ARGS_MANY, &o.key, "for each table: the column that it and the cells have", "COLUMN"),
        ARGS_VALUE("targets", 0, ARGS_ONCE, &o.targets, "the column of known targets, A+B", "COLUMN"),
        ARGS_FLAG("drop-missing", 0, &o.drop_missing, "leave out cells without a value in --perturbation"),
        ARGS_VALUE("normalise", 0, ARGS_ONCE, &o.normalise, "total,log1p (the default), one of them, or none", "STEPS"),
        ARGS_VALUE("target-total", 0, ARGS_ONCE, &o.target_total, "the total of a cell (the control's median)", "X"),
        ARGS_VALUE("min-counts", 0, ARGS_ONCE, &o.min_counts, "keep cells of so many counts (200)", "N"),
        ARGS_VALUE("min-cells", 0, ARGS_ONCE, &o.min_cells, "keep genes that so many cells have (20)", "N"),
        ARGS_VALUE("min-rows", 0, ARGS_ONCE, &o.min_rows, "keep environments of so many cells (1)", "N"),
        ARGS_VALUE("highly-variable", 0, ARGS_ONCE, &o.highly_variable, "genes of the highest normalised dispersion",
                   "N"),
        ARGS_VALUE("markers", 0, ARGS_ONCE, &o.markers, "genes of the largest |t| against the control", "N"),
        ARGS_VALUE("variables", 0, ARGS_MANY, &o.variables, "these genes, beside those", "A,B,..."),
        ARGS_VALUE("hold-out", 0, ARGS_MANY, &o.hold_outs,
                   "an environment that has no say in which genes are taken, and that fits leave out", "NAME"),
        ARGS_VALUE("memory-budget", 0, ARGS_ONCE, &o.budget, "for values that cannot be read in order (512)", "MiB"),
        ARGS_JSON(&o.common, "say on standard output what was done"),
        ARGS_DELIMITER(&o.common),
        ARGS_QUIET(&o.common),
        ARGS_END,
    };
    return args_run(&o.common, argc, argv, options, &page, run, &o);
}
