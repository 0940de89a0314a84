/* gim ifm: interventional factor models, a subcommand for each thing that is done with them.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "commands.h"
#include "dispatch.h"

static const struct command subcommands[] = {
    {"factors", command_ifm_factors, "make the table of factors of a causal graph"},
    {"identify", command_ifm_identify, "say which untried combinations those that were tried determine"},
    {"fit", command_ifm_fit, "fit a model to samples under combinations of interventions"},
    {"check", command_ifm_check, "say whether the samples support the factors, by leaving regimes out"},
    {"predict", command_ifm_predict, "predict means and outcomes under untried combinations"},
    {"sample", command_ifm_sample, "draw samples under untried combinations"},
};

static const struct dispatch dispatch = {
    .name = "gim ifm",
    .what = "subcommand",
    .commands = subcommands,
    .n = sizeof subcommands / sizeof *subcommands,
    .before = "Interventional factor models: what combinations of interventions do that were not\n"
              "tried, where it is known which variables and interventions come together in factors.\n"
              "\n"
              "Usage: gim ifm SUBCOMMAND [OPTION...]\n",
    .after = "\n"
             "Example:\n"
             "  gim ifm identify --factors factors.tsv --observed tried.tsv\n"
             "  gim ifm check --data rows.tsv --observed tried.tsv --factors factors.tsv\n"
             "  gim ifm fit --data rows.tsv --observed tried.tsv --factors factors.tsv -o model.ifm\n"
             "  gim ifm predict model.ifm --unseen wanted.tsv -o predictions.tsv\n"
             "\n"
             "gim ifm SUBCOMMAND --help tells more of one; gim info describes a model.",
};

int command_ifm(int argc, const char **argv)
{
    return dispatch_run(&dispatch, argc, argv);
}
