/* gim ifm identify: which untried combinations the observed ones determine. SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <stdlib.h>

#include "args.h"
#include "commands.h"
#include "ifm_study.h"
#include "output.h"
#include "table.h"

struct identify_options {
    struct args_common common;
    struct ifm_tables tables;
    char **unseen, **criterion, **suggest;
};

static const struct args_page page = {
    NULL,
    "Says, before any data are looked at, which combinations of interventions that were\n"
    "not tried are determined by those that were, given which factors there are: a table\n"
    "with the columns variables and interventions, each a list with commas, and perhaps\n"
    "factor, a name. Regimes are tables with the column environment and one for every\n"
    "intervention, which holds its level; the observed ones may have a column rows, how\n"
    "many each has, by which exponents and difficulty then go.",
    "  gim ifm identify --factors factors.tsv --observed tried.tsv --unseen wanted.tsv\n",
};

static void write_cell(struct table_writer *writer, const json_t *value)
{
    char *text = ifm_study_text(value);
    table_write_text(writer, text);
    free(text);
}

static void write_answers(struct output *output, const struct ifm_study *study, json_t *answers, char delimiter)
{
    static const char *const columns[] = {"environment", "identified", "method",      "exponents",   "unseen",
                                          "failed",      "missing",    "certificate", "suggestions", "difficulty"};
    enum { COLUMNS = sizeof columns / sizeof *columns };
    if (study->ui->json) {
        output_json(output,
                    json_pack("{s:s, s:O}", "criterion", ifm_criteria[study->criterion], "environments", answers));
        return;
    }
    struct table_writer writer = table_write(output, delimiter);
    for (size_t c = 0; c < COLUMNS; c++)
        table_write_text(&writer, columns[c]);
    table_write_end(&writer);
    for (size_t i = 0; i < json_array_size(answers); i++) {
        for (size_t c = 0; c < COLUMNS; c++)
            write_cell(&writer, json_object_get(json_array_get(answers, i), columns[c]));
        table_write_end(&writer);
    }
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

static int check_options(struct ifm_study *study, const struct identify_options *o, char *delimiter)
{
    const struct ui *ui = &o->common.ui;
    int64_t suggest = 3;
    int criterion = GIM_IFM_PER_VARIABLE, code;
    if ((code = ifm_tables_check(&o->tables, ui, o->unseen)) != EXIT_OK ||
        (code = args_delimiter(ui, o->common.delimiter, delimiter)) != EXIT_OK ||
        (code = args_choice(ui, "--criterion", o->criterion, ifm_criteria, &criterion)) != EXIT_OK ||
        (code = args_integer(ui, "--suggest", o->suggest, 0, 1000, &suggest)) != EXIT_OK)
        return code;
    study->criterion = (gim_ifm_criterion)criterion;
    study->suggest = (size_t)suggest;
    return EXIT_OK;
}

static int answer_all(const struct ifm_study *study, json_t *answers)
{
    int code = EXIT_OK;
    for (size_t i = 0; i < study->unseen.environments.n && code == EXIT_OK; i++) {
        json_t *answer = NULL;
        code = ifm_study_answer(&answer, study, i);
        json_array_append_new(answers, answer);
    }
    return code;
}

static int run(void *options)
{
    const struct identify_options *o = options;
    struct ifm_study study = {.ui = &o->common.ui, .observed.counted = true};
    struct output output = {0};
    char delimiter = 0;
    json_t *answers = json_array();
    int code;
    if ((code = check_options(&study, o, &delimiter)) == EXIT_OK &&
        (code = ifm_study_observe(&study, &o->tables, delimiter)) == EXIT_OK &&
        (code = ifm_study_ask(&study, args_text(o->unseen), delimiter)) == EXIT_OK &&
        (code = answer_all(&study, answers)) == EXIT_OK &&
        (code = output_open(&output, study.ui, args_text(o->common.output))) == EXIT_OK)
        write_answers(&output, &study, answers, delimiter);
    code = output_close(&output, code);
    json_decref(answers);
    ifm_study_free(&study);
    return code;
}

int command_ifm_identify(int argc, const char **argv)
{
    struct identify_options o = {.common.ui.command = "gim ifm identify"};
    struct poptOption options[] = {
        IFM_TABLES(&o.tables, 'd'),
        ARGS_VALUE("unseen", 'p', ARGS_ONCE, &o.unseen,
                   "the regimes asked about (all combinations of levels that were not tried)", "FILE"),
        ARGS_VALUE("criterion", 'c', ARGS_ONCE, &o.criterion,
                   "per-variable, product-ratio or message-passing (per-variable)", "NAME"),
        ARGS_VALUE("suggest", 0, ARGS_ONCE, &o.suggest, "how many regimes to suggest for one that is refused (3)", "N"),
        ARGS_OUTPUT(&o.common, "write to FILE, compressed if it ends in .gz"),
        ARGS_JSON(&o.common, "JSON in place of a table"),
        ARGS_DELIMITER(&o.common),
        ARGS_QUIET(&o.common),
        ARGS_END,
    };
    return args_run(&o.common, argc, argv, options, &page, run, &o);
}
