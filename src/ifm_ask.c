/* What gim ifm sample and gim ifm predict ask a model about. SPDX-License-Identifier: BSD-3-Clause */
#include "ifm_ask.h"

#include <stdlib.h>

#include "commands.h"
#include "memory.h"
#include "model.h"
#include "random.h"

int ifm_ask_check(struct ifm_ask *ask, const struct ifm_ask_options *options)
{
    const struct ui *ui = ask->study.ui;
    gim_ifm_sampling *sampling = &ask->sampling;
    sampling->struct_size = sizeof *sampling;
    gim_ifm_sampling_init(sampling);
    int64_t seed = 1, chains = (int64_t)sampling->chains, burn = (int64_t)sampling->burn, threads = 1;
    int64_t thin = (int64_t)sampling->thin;
    int code;
    if ((code = args_integer(ui, "--seed", options->seed, 0, INT64_MAX, &seed)) != EXIT_OK ||
        (code = args_integer(ui, "--chains", options->chains, 1, 1000000, &chains)) != EXIT_OK ||
        (code = args_integer(ui, "--burn", options->burn, 0, 1000000000, &burn)) != EXIT_OK ||
        (code = args_integer(ui, "--thin", options->thin, 1, 1000000000, &thin)) != EXIT_OK ||
        (code = model_threads(ui, options->threads, &threads)) != EXIT_OK)
        return code;
    sampling->seed = (uint64_t)seed;
    sampling->chains = (size_t)chains;
    sampling->burn = (size_t)burn;
    sampling->thin = (size_t)thin;
    sampling->threads = (size_t)threads;
    sampling->force = options->force;
    return EXIT_OK;
}

/* Whether the model has all levels; those of the regimes that are asked about may be new. */
static bool has_levels(const struct ifm_ask *ask, const size_t *levels)
{
    const gim_ifm_graph *graph = gim_ifm_graph_of(ask->model);
    for (size_t j = 0; j < ask->study.graph.interventions.n; j++)
        if (levels[j] >= gim_ifm_level_count(graph, j))
            return false;
    return true;
}

static int decide(struct ifm_ask *ask, size_t which)
{
    const struct ifm_study *study = &ask->study;
    json_t *json = NULL;
    int code = ifm_study_answer(&json, study, which);
    char *why = ask->why[which] = code == EXIT_OK ? ifm_study_why(json) : NULL;
    bool possible = has_levels(ask, ifm_ask_levels(ask, which));
    ask->identified[which] = why == NULL;
    ask->answer[which] = possible && (why == NULL || ask->sampling.force);
    if (why != NULL)
        ui_warn(study->ui, "\"%s\" is not determined, and %s: %s%s", ifm_ask_name(ask, which),
                ask->answer[which] ? "answered all the same" : "left out", why,
                possible ? "" : "; the model has no such level");
    json_decref(json);
    return code;
}

static int decide_all(struct ifm_ask *ask)
{
    size_t n = ask->study.unseen.environments.n, answered = 0;
    ask->identified = memory_new(n, sizeof *ask->identified);
    ask->answer = memory_new(n, sizeof *ask->answer);
    ask->why = memory_new(n, sizeof *ask->why);
    for (size_t i = 0; i < n; i++) {
        int code = decide(ask, i);
        if (code != EXIT_OK)
            return code;
        answered += ask->answer[i];
    }
    if (n == 0)
        return ui_fail(ask->study.ui, "all combinations of levels were tried: --unseen names the regimes asked about");
    return answered > 0 ? EXIT_OK
                        : ui_fail(ask->study.ui, "none of the regimes asked about is determined by those of %s",
                                  ask->study.observed.path);
}

int ifm_ask_read(struct ifm_ask *ask, const char *path, const struct ifm_ask_options *options, char delimiter)
{
    struct ifm_study *study = &ask->study;
    int code;
    study->suggest = 1;
    if ((code = ifm_model_load(study->ui, path, &ask->model)) != EXIT_OK ||
        (code = ifm_model_study(study, ask->model, path)) != EXIT_OK ||
        (code = ifm_study_ask(study, args_text(options->unseen), delimiter)) != EXIT_OK)
        return code;
    return decide_all(ask);
}

const size_t *ifm_ask_levels(const struct ifm_ask *ask, size_t which)
{
    return ask->study.unseen.levels + which * ask->study.graph.interventions.n;
}

const char *ifm_ask_name(const struct ifm_ask *ask, size_t which)
{
    return names_at(&ask->study.unseen.environments, which);
}

gim_ifm_sampling ifm_ask_sampling(const struct ifm_ask *ask, size_t which)
{
    gim_ifm_sampling sampling = ask->sampling;
    sampling.seed = random_seed(sampling.seed, ifm_ask_name(ask, which));
    return sampling;
}

void ifm_ask_free(struct ifm_ask *ask)
{
    for (size_t i = 0; ask->why != NULL && i < ask->study.unseen.environments.n; i++)
        free(ask->why[i]);
    free(ask->why);
    free(ask->identified);
    free(ask->answer);
    ifm_study_free(&ask->study);
    gim_ifm_free(ask->model);
}
