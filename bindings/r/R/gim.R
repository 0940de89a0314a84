# libgim for R. Models are external pointers; matrices have a row a sample, names where they are known.
# SPDX-License-Identifier: BSD-3-Clause

# ---- errors ----

# Called from C. A condition of the classes GIM_ERR_..., gim_error, error.
gim_stop <- function(status, name, message) {
    stop(structure(class = c(name, "gim_error", "error", "condition"),
                   list(message = message, call = NULL, status = status, name = name)))
}

# What was not found, and what comes near it.
unknown <- function(what, name, known) {
    near <- known[adist(name, known)[1, ] <= max(1, nchar(name) %/% 3)]
    hint <- if (length(near)) paste0("did you mean ", paste0("\"", near, "\"", collapse = " or "), "?")
            else paste0("there are: ", paste(head(known, 20), collapse = ", "), if (length(known) > 20) ", ...")
    stop_unknown(sprintf("no %s \"%s\"; %s", what, name, hint))
}

stop_unknown <- function(message)
    stop(structure(class = c("gim_unknown", "gim_error", "error", "condition"), list(message = message, call = NULL)))

# ---- options ----

gim_options <- function() {
    all <- .Call(r_options)
    data.frame(
        name = gsub("-", "_", vapply(all, `[[`, "", "name")),
        kind = c("int", "real", "choice")[vapply(all, `[[`, 0L, "kind") + 1],
        default = vapply(all, function(o) if (length(o$choices)) o$choices[o$default + 1] else format(o$default), ""),
        lowest = vapply(all, `[[`, 0, "lowest"), highest = vapply(all, `[[`, 0, "highest"),
        choices = vapply(all, function(o) paste(o$choices, collapse = " "), ""),
        help = vapply(all, `[[`, "", "help"), stringsAsFactors = FALSE)
}

set_options <- function(handle, options) {
    all <- .Call(r_options)
    known <- gsub("-", "_", vapply(all, `[[`, "", "name"))
    for (name in names(options)) {
        at <- match(name, known)
        if (is.na(at)) unknown("option", name, known)
        value <- options[[name]]
        if (is.character(value)) {
            choices <- all[[at]]$choices
            if (!gsub("_", "-", value) %in% choices) unknown(name, value, choices)
            value <- match(gsub("_", "-", value), choices) - 1
        }
        if (!is.numeric(value) && !is.logical(value) || length(value) != 1) stop(name, ": not one number")
        if (all[[at]]$kind != 1 && !isTRUE(value == trunc(value))) stop(name, ": not a whole number")
        .Call(r_set, handle, all[[at]]$number, as.numeric(value))
    }
}

gim_model <- function(...) {
    options <- list(...)
    if (length(options) && (is.null(names(options)) || any(names(options) == ""))) stop("options need names")
    set_options(.Call(r_new, 2, 1), options)
    structure(list(handle = NULL, options = options), class = "gim_model")
}

# ---- data ----

# A numeric matrix of doubles; copied only where it is not one.
as_rows <- function(x, what) {
    if (is.data.frame(x)) x <- as.matrix(x[vapply(x, is.numeric, NA)])
    else if (!is.matrix(x)) x <- as.matrix(x)
    if (!is.numeric(x)) stop(what, ": not numbers")
    if (!is.double(x)) storage.mode(x) <- "double"
    x
}

# list(environment names, features (environments, p)) of a table with a row an environment.
as_table <- function(perturbations) {
    if (is.data.frame(perturbations)) {
        names <- if ("environment" %in% colnames(perturbations)) as.character(perturbations$environment)
                 else rownames(perturbations)
        perturbations <- perturbations[setdiff(colnames(perturbations), "environment")]
    } else {
        if (is.null(dim(perturbations)))
            perturbations <- matrix(perturbations, ncol = 1, dimnames = list(names(perturbations), NULL))
        names <- rownames(perturbations)
    }
    if (is.null(names)) stop("perturbations: rows have no names; name them by environment")
    if (anyDuplicated(names)) stop("perturbations: \"", names[anyDuplicated(names)], "\" has two rows")
    list(names = names, features = as_rows(perturbations, "perturbations"))
}

# What C asks for: list(rows of each environment, features (p, environments), names, observational).
as_data <- function(environments, table, control, n) {
    if (length(environments) != n) stop(length(environments), " labels of environments, where x has ", n, " rows")
    environments <- as.character(environments)
    rows <- split(seq_len(n), factor(environments, unique(environments)))
    for (name in control) if (!name %in% names(rows)) unknown("environment", name, names(rows))
    for (name in names(rows)) if (!name %in% table$names) unknown("row of perturbations", name, table$names)
    list(rows, t(table$features[match(names(rows), table$names), , drop = FALSE]), enc2utf8(names(rows)),
         names(rows) %in% control)
}

# Runs a fit. What progress() fails with is kept, as no jump may pass through the library.
run <- function(routine, model, handle, x, data, progress) {
    failure <- NULL
    guarded <- if (!is.null(progress)) function(at)
        tryCatch(progress(at), error = function(e) { failure <<- e; TRUE })
    ended <- .Call(routine, handle, x, data, guarded)
    model$handle <- handle
    if (!is.null(failure)) stop(failure)
    if (ended[2] == 1) interrupted(model)
    else if (ended[1] == 2)
        warning("not converged: all steps done, but the graph was not acyclic by itself", call. = FALSE)
    invisible(model)
}

# Ctrl-C: a condition that holds the model so far. Nobody handles it: at the prompt the model is returned all the same.
interrupted <- function(model) {
    condition <- structure(class = c("gim_interrupt", "interrupt", "condition"),
        list(message = "the fit was interrupted", call = NULL, model = model))
    if (!interactive()) stop(condition)
    signalCondition(condition)
    warning("interrupted; the model holds the fit as far as it came, and gim_resume() goes on", call. = FALSE)
}

gim_fit <- function(model, x, environments, perturbations, control = NULL, progress = NULL) {
    if (is.data.frame(x) && is.character(environments) && length(environments) == 1) {
        if (!environments %in% colnames(x)) unknown("column", environments, colnames(x))
        labels <- x[[environments]]
        x <- x[setdiff(colnames(x), environments)]
        environments <- labels
    }
    x <- as_rows(x, "x")
    table <- as_table(perturbations)
    data <- as_data(environments, table, control, nrow(x))
    handle <- .Call(r_new, ncol(x), ncol(table$features))
    .Call(r_set_names, handle, enc2utf8(as.character(colnames(x))), enc2utf8(as.character(colnames(table$features))))
    set_options(handle, model$options)
    run(r_fit, model, handle, x, data, progress)
}

gim_resume <- function(model, x, environments, perturbations, control = NULL, progress = NULL) {
    x <- as_rows(x, "x")
    table <- as_table(perturbations)
    if (ncol(x) != length(gim_variables(model)) || ncol(table$features) != length(gim_features(model)))
        stop("x or perturbations have other columns than those of the fit")
    data <- as_data(environments, table, control, nrow(x))
    run(r_resume, model, fitted_handle(model), x, data, progress)
}

# ---- asking ----

fitted_handle <- function(model) {
    if (is.null(model$handle))
        gim_stop(-3L, "GIM_ERR_STATE", "the model has no fit; call gim_fit() or gim_load() first")
    model$handle
}

gim_variables <- function(model) .Call(r_variables, fitted_handle(model))
gim_features <- function(model) .Call(r_features, fitted_handle(model))

# One perturbation: an environment of the fit by its name, numbers in the model's order, or named numbers.
one <- function(model, perturbation) {
    names <- gim_features(model)
    if (is.character(perturbation)) {
        known <- gim_environments(model)
        if (!perturbation %in% known$environment) unknown("environment", perturbation, known$environment)
        return(unlist(known[match(perturbation, known$environment), names], use.names = FALSE))
    }
    perturbation <- unlist(perturbation)
    given <- names(perturbation)
    if (!is.null(given)) {
        for (name in given) if (!name %in% names) unknown("feature", name, names)
        for (name in names) if (!name %in% given)
            stop_unknown(sprintf("feature \"%s\" is missing; all are needed: %s", name, paste(names, collapse = ", ")))
        perturbation <- perturbation[names]
    }
    if (!is.numeric(perturbation) || length(perturbation) != length(names))
        stop(length(perturbation), " numbers, where the model has ", length(names), " features: ",
             paste(head(names, 20), collapse = ", "))
    as.double(perturbation)
}

# Matrix (p, perturbations): NULL for none, a list of several applied together.
together <- function(model, perturbation) {
    if (is.null(perturbation)) return(matrix(0, length(gim_features(model)), 0))
    if (!is.list(perturbation) || is.data.frame(perturbation) || !is.null(names(perturbation)))
        perturbation <- list(perturbation)
    matrix(vapply(perturbation, function(p) one(model, p), double(length(gim_features(model)))),
           ncol = length(perturbation))
}

gim_sample <- function(model, perturbation = NULL, n = 1000, seed = 1) {
    if (!is.numeric(n) || length(n) != 1 || !isTRUE(n >= 0)) stop("n: not a number of rows")
    if (is.numeric(seed) && !isTRUE(seed >= 0 && seed <= 2^53 && seed == trunc(seed)))
        stop("seed: not a whole number from 0 to 2^53; larger ones are given as text")
    x <- .Call(r_sample, fitted_handle(model), together(model, perturbation), n, seed)
    colnames(x) <- gim_variables(model)
    x
}

gim_predict <- function(model, perturbations, n = 1000, seed = 1) {
    table <- as_table(perturbations)
    known <- gim_environments(model)
    drawn <- lapply(seq_along(table$names), function(i) {
        name <- table$names[i]
        asked <- if (!name %in% known$environment[known$observational]) table$features[i, ]
        if (!is.null(asked) && !is.null(names(asked)))
            asked <- asked[names(asked) %in% gim_features(model)]
        data.frame(environment = name, gim_sample(model, asked, n, environment_seed(seed, name)), check.names = FALSE)
    })
    do.call(rbind, drawn)
}

predict.gim_model <- function(object, newdata, n = 1000, seed = 1, ...) gim_predict(object, newdata, n, seed)

gim_targets <- function(model, perturbation)
    setNames(.Call(r_targets, fitted_handle(model), one(model, perturbation)), gim_variables(model))

gim_effects <- function(model, perturbation) {
    all <- .Call(r_effects, fitted_handle(model), one(model, perturbation))
    do.call(rbind, lapply(all, function(effect) data.frame(variable = gim_variables(model), effect = effect[[1]],
        mean = effect[[2]], spread = effect[[3]], stringsAsFactors = FALSE)))
}

named_square <- function(model, matrix) {
    dimnames(matrix) <- list(gim_variables(model), gim_variables(model))
    matrix
}

gim_graph <- function(model) named_square(model, .Call(r_graph, fitted_handle(model)))
gim_edge_probabilities <- function(model) named_square(model, .Call(r_probabilities, fitted_handle(model)))
gim_weights <- function(model) named_square(model, .Call(r_weights, fitted_handle(model)))

gim_log_density <- function(model, x, perturbation = NULL) {
    x <- as_rows(x, "x")
    if (ncol(x) != length(gim_variables(model)))
        stop("x has ", ncol(x), " columns, where the model has ", length(gim_variables(model)), " variables")
    .Call(r_log_density, fitted_handle(model), together(model, perturbation), x)
}

gim_distance <- function(model, perturbation) .Call(r_distance, fitted_handle(model), one(model, perturbation))

gim_report <- function(model) {
    report <- as.list(.Call(r_report, fitted_handle(model)))
    names(report) <- gsub("-", "_", names(report))
    report$status <- c("converged", "stopped", "cyclic")[report$status + 1]
    report
}

gim_history <- function(model) {
    table <- .Call(r_history, fitted_handle(model))
    colnames(table) <- c("step", "objective", "held_out", "acyclicity", "penalty", "edges")
    as.data.frame(table)
}

gim_environments <- function(model) {
    all <- .Call(r_environments, fitted_handle(model))
    features <- do.call(rbind, lapply(all, `[[`, 4))
    colnames(features) <- gim_features(model)
    data.frame(environment = vapply(all, `[[`, "", 1), rows = vapply(all, `[[`, 0, 2),
               observational = vapply(all, `[[`, NA, 3), features, check.names = FALSE, stringsAsFactors = FALSE)
}

print.gim_model <- function(x, ...) {
    if (is.null(x$handle)) cat("a gim model without a fit\n")
    else cat("a gim model of", length(gim_variables(x)), "variables under", length(gim_features(x)), "features\n")
    invisible(x)
}

summary.gim_model <- function(object, ...) gim_report(object)

# ---- files, versions ----

gim_save <- function(model, path) invisible(.Call(r_save, fitted_handle(model), path.expand(path)))

gim_load <- function(path)
    structure(list(handle = .Call(r_load, path.expand(path)), options = list()), class = "gim_model")

gim_version <- function() .Call(r_version)

environment_seed <- function(seed, environment) .Call(r_environment_seed, seed, enc2utf8(environment))

# ---- judging, simulation ----

gim_score <- function(predicted, observed, metrics = NULL, scale = NULL) {
    predicted <- as_rows(predicted, "predicted")
    observed <- as_rows(observed, "observed")
    if (ncol(predicted) != ncol(observed))
        stop("predicted has ", ncol(predicted), " columns, observed ", ncol(observed))
    if (!is.null(scale)) {
        predicted <- sweep(predicted, 2, scale, "/")
        observed <- sweep(observed, 2, scale, "/")
    }
    known <- .Call(r_metrics)
    if (is.null(metrics)) metrics <- known
    vapply(setNames(metrics, metrics), function(name) {
        if (!name %in% known) unknown("metric", name, known)
        .Call(r_score, match(name, known) - 1L, predicted, observed)
    }, 0)
}

gim_compare_graphs <- function(estimate, truth) {
    estimate <- as.matrix(estimate) != 0
    truth <- as.matrix(truth) != 0
    if (!identical(dim(estimate), dim(truth)) || nrow(truth) != ncol(truth)) stop("graphs: not square, or not equal")
    .Call(r_compare, estimate, truth)
}

simulation_settings <- c("seed", "variables", "edges_per_variable", "graph", "mechanism", "intervention",
    "perturbations", "new_perturbations", "doses", "new_doses", "control_rows", "rows", "test_rows", "noise")
simulation_choices <- list(graph = c("erdos-renyi", "scale-free"),
    mechanism = c("linear", "nonlinear", "zero-inflated"), intervention = c("hard", "shift"))

gim_simulate <- function(...) {
    given <- list(...)
    for (name in names(given)) if (!name %in% simulation_settings) unknown("setting", name, simulation_settings)
    for (name in intersect(names(given), names(simulation_choices))) if (is.character(given[[name]])) {
        known <- simulation_choices[[name]]
        if (!given[[name]] %in% known) unknown(name, given[[name]], known)
        given[[name]] <- match(given[[name]], known) - 1
    }
    all <- .Call(r_simulate, lapply(setNames(nm = simulation_settings), function(name)
        if (!is.null(given[[name]])) as.double(given[[name]])))
    part <- function(environments) {
        names <- vapply(environments, `[[`, "", 1)
        rows <- vapply(environments, function(e) nrow(e[[3]]), 0L)
        list(x = do.call(rbind, lapply(environments, `[[`, 3)), environments = rep(names, rows),
             perturbations = matrix(do.call(rbind, lapply(environments, `[[`, 2)), length(names),
                                    dimnames = list(names, NULL)),
             targets = matrix(do.call(rbind, lapply(environments, `[[`, 4)), length(names),
                              dimnames = list(names, NULL)))
    }
    list(graph = all[[1]], training = part(all[[2]]), new_doses = part(all[[3]]), new_perturbations = part(all[[4]]))
}
