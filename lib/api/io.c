/* gim_model_save() and gim_model_load(): the arrays of a model, and the tensors of its file (docs/model-file.md).
 * SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "api/arrays.h"
#include "api/metadata.h"
#include "base/alloc.h"
#include "base/name.h"
#include "model/graph.h"

_Static_assert(3 * GIM__BLOCKS + 9 <= GIM__MOST_ARRAYS, "arrays of a model");

/* One array a block of a flat vector. */
static void add_blocks(gim__arrays *all, const char *group, gim__rule rule, const gim__params *params, real *values)
{
    for (size_t b = 0; b < params->n_blocks; b++) {
        const gim__block *block = &params->block[b];
        gim__arrays_add(all, group, block->name, GIM__REALS, rule, block->n_dims, block->dims,
                        values == NULL ? NULL : values + block->offset);
    }
}

static void add_model(gim__arrays *all, const gim__params *params, const gim__fit *fit, size_t d)
{
    add_blocks(all, "param", GIM__FINITE, params, fit->values);
    if (fit->status == GIM_STOPPED) {
        add_blocks(all, "adam.first", GIM__FINITE, params, fit->first);
        add_blocks(all, "adam.second", GIM__NOT_NEGATIVE, params, fit->second);
    }
    gim__arrays_add(all, "graph", "edges", GIM__BYTES, GIM__BOOLEAN, 2, (size_t[]){d, d}, fit->edge);
    gim__arrays_add(all, "fit", "history", GIM__DOUBLES, GIM__ANY, 2, (size_t[]){fit->n_history, GIM_HISTORY_COLUMNS},
                    fit->history);
}

static void add_baseline(gim__arrays *all, const gim__baseline *baseline)
{
    size_t d = baseline->d;
    gim__arrays_add(all, "baseline", "rows", GIM__REALS, GIM__FINITE, 2, (size_t[]){baseline->n_kept, d},
                    baseline->kept);
    gim__arrays_add(all, "baseline", "mean", GIM__DOUBLES, GIM__FINITE, 2, (size_t[]){baseline->K, d}, baseline->mean);
    if (baseline->n_values > 0)
        gim__arrays_add(all, "baseline", "values", GIM__REALS, GIM__FINITE, 1, &baseline->n_values, baseline->values);
}

/* All that a fit leaves behind, but for what follows from it: the scaled features, the order of the graph, the mean of
 * the observational rows. Where the parts have their sizes alone, the list has names and shapes alone. */
static void list_arrays(gim__arrays *all, const gim__params *params, const gim__fit *fit, const gim__baseline *baseline,
                        const gim__training *training, size_t d, size_t p)
{
    const size_t K = training->K;
    const gim__scaling *scaling = &training->scaling;
    all->n = 0;
    if (baseline->method == NULL)
        add_model(all, params, fit, d);
    else
        add_baseline(all, baseline);
    gim__arrays_add(all, "scaling", "center", GIM__DOUBLES, GIM__FINITE, 1, &d, scaling->center);
    gim__arrays_add(all, "scaling", "scale", GIM__DOUBLES, GIM__POSITIVE, 1, &d, scaling->scale);
    gim__arrays_add(all, "scaling", "feature_center", GIM__DOUBLES, GIM__FINITE, 1, &p, scaling->feature_center);
    gim__arrays_add(all, "scaling", "feature_scale", GIM__DOUBLES, GIM__POSITIVE, 1, &p, scaling->feature_scale);
    gim__arrays_add(all, "training", "features", GIM__DOUBLES, GIM__FINITE, 2, (size_t[]){K, p}, training->features);
    gim__arrays_add(all, "training", "n_rows", GIM__SIZES, GIM__FROM_ONE, 1, &K, training->n_rows);
    gim__arrays_add(all, "training", "observational", GIM__BYTES, GIM__BOOLEAN, 1, &K, training->observational);
    gim__array_sort(all->array, all->n);
}

/* ---- saving ---- */

static gim_status check_environments(const gim_model *model, const char *path)
{
    for (size_t k = 0; k < model->training.K; k++)
        if (!gim__name_valid(model->training.name[k]))
            return gim__file_fail(model->message, path, GIM_ERR_DATA,
                                  "the name of environment %zu is not UTF-8 of 1 to 1023 bytes, as a file needs it", k);
    return GIM_OK;
}

static gim_status save(const gim_model *model, const char *path)
{
    gim__arrays all = {.n = 0};
    gim_status status = GIM_OK;
    if (model->fitted) {
        list_arrays(&all, &model->params, &model->fit, &model->baseline, &model->training, model->d, model->p);
        status = check_environments(model, path);
        if (status == GIM_OK)
            status = gim__arrays_check(&all, model->message, path, GIM_ERR_NUMERIC);
    }
    if (status != GIM_OK)
        return status;
    json_t *metadata = gim__metadata_new(model);
    status = gim__arrays_save(&all, metadata, path, &model->allocator, model->message);
    json_decref(metadata);
    return status;
}

gim_status gim_model_save(const gim_model *model, const char *path)
{
    gim__c_locale locale;
    if (model == NULL)
        return GIM_ERR_ARGUMENT;
    if (path == NULL)
        return gim__fail(model->message, GIM_ERR_ARGUMENT, "path must not be NULL");
    if (atomic_load(&model->busy))
        return gim__fail(model->message, GIM_ERR_BUSY, "the model is being fitted; save it afterwards");
    if (!gim__c_locale_enter(&locale))
        return gim__fail(model->message, GIM_ERR_NOMEM, "out of memory for a locale");
    gim_status status = save(model, path);
    gim__c_locale_leave(&locale);
    return status;
}

/* ---- loading ---- */

/* What a fit's arrays are made for, before any is. */
typedef struct sizes {
    gim__fit fit;
    gim__training environments;
    gim__baseline baseline;
} sizes;

/* How many rows the file has of a baseline; its environments, of which they are, have not been read yet. */
static size_t kept_rows(const gim__container *container)
{
    for (size_t t = 0; t < container->n_tensors; t++)
        if (strcmp(container->tensor[t].name, "baseline.rows") == 0 && container->tensor[t].n_dims == 2)
            return container->tensor[t].dims[0];
    return 0;
}

static gim_status find_sizes(sizes *all, const gim_model *made, const gim__metadata *metadata,
                             const gim__container *container)
{
    all->environments.K = json_array_size(metadata->environments);
    if (all->environments.K == 0)
        return gim__container_fail(container, GIM_ERR_FORMAT,
                                   "has a fit without environments; it must have one at least");
    all->baseline = gim__model_baseline(made, all->environments.K);
    all->baseline.n_kept = kept_rows(container);
    gim_status status = gim__metadata_fit(&all->fit, metadata, container);
    if (status == GIM_OK && all->baseline.method != NULL && (all->fit.status != GIM_OK || all->fit.n_history != 0))
        return gim__container_fail(container, GIM_ERR_FORMAT,
                                   "metadata \"fit\": a baseline is complete, and has no checks");
    return status;
}

/* Memory for the fit and the environments, with the numbers of the file. */
static gim_status new_fit(gim_model *made, const sizes *all, const gim__metadata *metadata,
                          const gim__container *container)
{
    const gim_allocator *allocator = &made->allocator;
    gim_status status = gim__training_new(&made->training, allocator, all->environments.K, made->d, made->p);
    if (status == GIM_OK)
        status = all->baseline.method == NULL
                     ? gim__fit_new(&made->fit, allocator, made->params.size, made->d, all->fit.n_history)
                     : gim__baseline_new(&made->baseline, allocator, &all->baseline);
    if (status != GIM_OK)
        return gim__container_fail(container, status, "out of memory for the fit");
    status = gim__metadata_fit(&made->fit, metadata, container);
    if (status == GIM_OK)
        status = gim__metadata_environments(&made->training, metadata, container);
    return status;
}

/* The order of the graph, which must be acyclic. */
static gim_status derive_order(gim_model *made, const gim__container *container)
{
    gim__fit *fit = &made->fit;
    size_t *scratch = gim__new(&made->allocator, made->d, sizeof *scratch);
    if (scratch == NULL)
        return gim__container_fail(container, GIM_ERR_NOMEM, "out of memory for the graph");
    int acyclic = gim__graph_order(fit->order, scratch, fit->edge, made->d);
    gim__delete(&made->allocator, scratch);
    if (!acyclic)
        return gim__container_fail(container, GIM_ERR_FORMAT, "tensor \"graph.edges\" has a cycle; it must be acyclic");
    return GIM_OK;
}

/* What follows from a baseline's rows and means, which must be those that it needs. */
static gim_status derive_baseline(gim_model *made, const gim__container *container)
{
    gim__baseline *baseline = &made->baseline;
    size_t wanted = gim__baseline_count(baseline->method, &made->training);
    const char *lack = gim__baseline_lack(baseline, &made->training);
    if (lack != NULL)
        return gim__container_fail(container, GIM_ERR_FORMAT, "has the method %s without %s, which it needs",
                                   gim__model_method(made), lack);
    if (baseline->n_kept != wanted)
        return gim__container_fail(container, GIM_ERR_FORMAT,
                                   "tensor \"baseline.rows\" has %zu rows; the environments need %zu", baseline->n_kept,
                                   wanted);
    gim__baseline_derive(baseline, &made->training);
    return GIM_OK;
}

/* What follows from the arrays, and what must agree. */
static gim_status derive(gim_model *made, const gim__container *container)
{
    const gim__fit *fit = &made->fit;
    double rows = 0;
    for (size_t k = 0; k < made->training.K; k++)
        rows += (double)made->training.n_rows[k];
    if (fit->n_rows != rows || fit->n_held > rows)
        return gim__container_fail(container, GIM_ERR_FORMAT,
                                   "metadata \"fit\" has %.0f rows, %.0f held out; the environments have %.0f",
                                   fit->n_rows, fit->n_held, rows);
    gim__training_scale_features(&made->training, made->p);
    gim_status status =
        made->baseline.method == NULL ? derive_order(made, container) : derive_baseline(made, container);
    made->fitted = status == GIM_OK;
    return status;
}

/* Nothing is allocated for an array before the file is known to have that many bytes for it. */
static gim_status load_fit(gim_model *made, const gim__metadata *metadata, gim__container *container)
{
    gim__arrays all;
    uint32_t checksum = 0;
    sizes only = {.fit = {.status = GIM_OK}};
    gim__model_spec(&made->spec, made);
    gim__params_layout(&made->params, &made->spec);
    gim_status status = find_sizes(&only, made, metadata, container);
    if (status != GIM_OK)
        return status;
    list_arrays(&all, &made->params, &only.fit, &only.baseline, &only.environments, made->d, made->p);
    status = gim__container_match(container, all.array, all.n);
    if (status == GIM_OK)
        status = new_fit(made, &only, metadata, container);
    if (status != GIM_OK)
        return status;
    list_arrays(&all, &made->params, &made->fit, &made->baseline, &made->training, made->d, made->p);
    status = gim__container_read(container, all.array, &checksum);
    if (status == GIM_OK)
        status = gim__fields_check(container, checksum);
    if (status == GIM_OK)
        status = gim__arrays_check(&all, container->message, container->reader.path, GIM_ERR_FORMAT);
    return status == GIM_OK ? derive(made, container) : status;
}

static gim_status load_unfitted(gim__container *container)
{
    gim_status status = gim__container_match(container, NULL, 0);
    return status == GIM_OK ? gim__fields_check(container, gim__checksum_start(container->metadata)) : status;
}

static gim_status load(gim_model **made, const char *path, const gim_allocator *allocator, gim__message *message)
{
    gim__container container;
    gim__metadata metadata = {NULL};
    gim_status status = gim__container_open(&container, path, allocator, message);
    if (status == GIM_OK)
        status = gim__metadata_open(&metadata, &container);
    if (status == GIM_OK)
        status = gim__container_index(&container);
    if (status == GIM_OK)
        status = gim__metadata_model(made, &metadata, &container);
    if (status == GIM_OK)
        status = metadata.fit == NULL ? load_unfitted(&container) : load_fit(*made, &metadata, &container);
    gim__metadata_free(&metadata);
    gim__container_close(&container);
    return status;
}

/* The shell is there to carry the message of a failure; a model that is not whole is never handed out. */
gim_status gim_model_load(gim_model **model, const char *path, const gim_allocator *allocator)
{
    gim__c_locale locale;
    gim_model *shell, *made = NULL;
    if (model == NULL)
        return GIM_ERR_ARGUMENT;
    gim_status status = gim_model_new(&shell, 2, 1, allocator);
    *model = shell;
    if (status != GIM_OK)
        return status;
    if (path == NULL)
        return gim__fail(shell->message, GIM_ERR_ARGUMENT, "path must not be NULL");
    if (!gim__c_locale_enter(&locale))
        return gim__fail(shell->message, GIM_ERR_NOMEM, "out of memory for a locale");
    status = load(&made, path, &shell->allocator, shell->message);
    gim__c_locale_leave(&locale);
    if (status == GIM_OK) {
        *model = made;
        made = shell;
    }
    gim_model_free(made);
    return status;
}
