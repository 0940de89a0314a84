/* gim: what an unseen perturbation does to a system, from the command line. SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <gim/gim.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "dispatch.h"

static const struct command commands[] = {
    {"prepare", command_prepare, "make tables of a lab's files: .h5ad, 10x, .npy, CSV"},
    {"fit", command_fit, "fit a model to samples under known perturbations"},
    {"tune", command_tune, "find good options, by holding out environments"},
    {"sample", command_sample, "draw samples under unseen perturbations"},
    {"targets", command_targets, "say which variables a perturbation hits, and how"},
    {"graph", command_graph, "print or draw the causal graph"},
    {"report", command_report, "write a page about a model and its predictions"},
    {"info", command_info, "describe a model: its data, its fit, its options"},
    {"score", command_score, "compare predicted samples with observed ones"},
    {"compare-graphs", command_compare_graphs, "compare an estimated graph with the true one"},
    {"compare-targets", command_compare_targets, "compare estimated targets with the true ones"},
    {"simulate", command_simulate, "make a system whose truth is known, as tables"},
    {"ifm", command_ifm, "factor models: combinations of interventions that were not tried"},
};

static const struct dispatch dispatch = {
    .name = "gim",
    .what = "command",
    .commands = commands,
    .n = sizeof commands / sizeof *commands,
    .before = "gim: generative intervention models. Learns from perturbations that were made what\n"
              "one that was not would do: to the whole distribution, by which targets, along\n"
              "which causal graph.\n"
              "\n"
              "Usage: gim COMMAND [OPTION...]\n",
    .after = "\n"
             "  gim fit --data cells.tsv --perturbations doses.tsv --control DMSO -o model.gim\n"
             "  gim sample model.gim --perturbations unseen.tsv -n 1000 -o samples.tsv\n"
             "\n"
             "gim COMMAND --help tells more of one, the manual page gim(1) of all.\n"
             "Exit codes: 0 success, 1 failure, 2 wrong usage, 130 a fit that was interrupted.",
};

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    int code = EXIT_OK;
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        printf("gim %s\n", gim_version());
    else
        code = dispatch_run(&dispatch, argc, (const char **)argv);
    if ((fflush(stdout) != 0 || ferror(stdout)) && code == EXIT_OK) {
        fprintf(stderr, "gim: standard output: cannot be written: %s\n", strerror(errno));
        code = EXIT_FAILED;
    }
    return code;
}
