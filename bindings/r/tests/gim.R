# The package, as its users call it. SPDX-License-Identifier: BSD-3-Clause
library(gim)

same <- function(a, b) if (!identical(a, b)) stop("not the same: ", deparse(sys.call())[1])
fails <- function(words, code, class = "error") {
    said <- tryCatch({ code; "no error" }, error = function(e)
        if (inherits(e, class)) conditionMessage(e) else stop("class ", paste(class(e), collapse = " ")))
    if (!grepl(words, said, fixed = TRUE)) stop("said: ", said, "; wanted: ", words)
}

measure <- function(power, n = 40) {
    heat <- 20 + 5 * power + 2 * rnorm(n)
    cbind(heat = heat, pressure = 1 + 0.1 * heat + 0.2 * rnorm(n))
}
set.seed(1)
powers <- data.frame(environment = c("off", "one", "two", "four"), power = c(0, 1, 2, 4))
x <- do.call(rbind, lapply(powers$power, measure))
labels <- rep(powers$environment, each = 40)
quick <- function(...) gim_model(intervention = "shift", steps = 60, check_every = 20, width = 8, ...)
fit <- function(model = quick(), x. = x, labels. = labels, powers. = powers, control = "off", ...)
    suppressWarnings(gim_fit(model, x., labels., powers., control = control, ...))
model <- fit()
wanted <- gim_sample(model, 3, n = 20)

# Shapes, names, and the ways to say the same.
same(dim(wanted), c(20L, 2L))
same(colnames(wanted), c("heat", "pressure"))
same(gim_sample(model, c(power = 3), n = 5), wanted[1:5, ])
same(gim_sample(model, "one", 5), gim_sample(model, 1, 5))
same(gim_sample(model, list(c(power = 1), "two"), 5), gim_sample(model, list(1, 2), 5))
stopifnot(!identical(gim_sample(model, NULL, 5), gim_sample(model, 4, 5)))
same(names(gim_targets(model, 3)), c("heat", "pressure"))
same(gim_effects(model, 3)$effect, c("mean", "mean"))
stopifnot(!diag(gim_graph(model)), diag(gim_edge_probabilities(model)) == 0, gim_weights(model)[!gim_graph(model)] == 0)
same(length(gim_log_density(model, x, "two")), 160L)
same(gim_distance(model, 2), list(distance = 0, outside = FALSE))
stopifnot(gim_distance(model, 9)$outside)
same(gim_report(model)$rows, 160)
same(gim_environments(model)$observational, c(TRUE, FALSE, FALSE, FALSE))
same(colnames(gim_history(model))[1], "step")
drawn <- gim_predict(model, data.frame(environment = c("three", "off"), power = c(3, 0)), n = 5, seed = 2)
same(drawn$heat[1:5], unname(gim_sample(model, 3, 5, environment_seed(2, "three"))[, "heat"]))
same(drawn$heat[6:10], unname(gim_sample(model, NULL, 5, environment_seed(2, "off"))[, "heat"]))
same(environment_seed(1, "three"), "10369692203762474332")
same(gim_sample(model, 3, 5, seed = "7"), gim_sample(model, 3, 5, seed = 7))

# Input in other shapes.
frame <- data.frame(x, cell = labels, note = "n")
same(gim_sample(fit(x. = frame, labels. = "cell"), 3, 20), wanted)
named <- c(off = 0, one = 1, two = 2, four = 4)
same(gim_sample(fit(powers. = named), 3, 20), wanted)
order <- order(rep(1:40, 4))
same(gim_sample(fit(x. = x[order, ], labels. = labels[order]), 3, 20), wanted)
same(gim_sample(fit(quick(threads = 3)), 3, 20), wanted)
rounded <- round(x)
whole <- rounded
storage.mode(whole) <- "integer"
same(gim_sample(fit(x. = whole), 3, 5), gim_sample(fit(x. = rounded), 3, 5))

# Files.
path <- tempfile(fileext = ".gim")
gim_save(model, path)
same(gim_sample(gim_load(path), 3, 20), wanted)

# Errors: the library's words, in R's kind of error.
fails("feature \"power\" is nan", gim_sample(model, NaN), "GIM_ERR_ARGUMENT")
holed <- x
holed[46, 2] <- NaN
fails("environment \"one\", row 5, variable \"pressure\" is nan", fit(x. = holed), "GIM_ERR_DATA")
fails("\"steps\" cannot be -1", gim_model(steps = -1), "GIM_ERR_OPTION")
fails("No such file", gim_load("/none.gim"), "GIM_ERR_IO")
fails("no fit", gim_sample(gim_model(), 3), "GIM_ERR_STATE")
fails("no feature \"powr\"; did you mean \"power\"?", gim_sample(model, c(powr = 3)), "gim_unknown")
fails("feature \"power\" is missing", gim_sample(model, setNames(numeric(), character())), "gim_unknown")
fails("no environment \"fur\"; did you mean \"four\"", gim_sample(model, "fur"), "gim_unknown")
fails("no environment \"of\"; did you mean \"off\"", fit(control = "of"), "gim_unknown")
fails("no row of perturbations \"four\"", fit(powers. = powers[1:3, ]), "gim_unknown")
fails("no option \"stepz\"; did you mean \"steps\"", gim_model(stepz = 3), "gim_unknown")
fails("no mechanism \"liner\"; did you mean \"linear\"", gim_model(mechanism = "liner"), "gim_unknown")
fails("features: power", gim_sample(model, c(1, 2)))
fails("3 labels of environments, where x has 160 rows", fit(labels. = labels[1:3]))
fails("3 columns, where the model has 2", gim_log_density(model, cbind(x, 1)))
fails("seed", gim_sample(model, 3, seed = -1))

# Progress, stop, resume, failures and Ctrl-C.
steps <- NULL
stopped <- fit(progress = function(at) { steps <<- c(steps, at$step); at$step >= 20 })
same(steps, c(0, 20))
same(gim_report(stopped)$status, "stopped")
resumed <- suppressWarnings(gim_resume(stopped, x, labels, powers, control = "off"))
same(gim_sample(resumed, 3, 20), wanted)
fails("mine", fit(progress = function(at) stop("mine")))
checks <- 0
interrupt <- function(at) {
    checks <<- checks + 1
    if (checks == 3) tools::pskill(Sys.getpid(), tools::SIGINT)
    checks > 2000 # a test that fails, not one that hangs
}
endless <- gim_model(steps = 1e7, check_every = 20, patience = 1)
partial <- tryCatch({ fit(endless, progress = interrupt); stop("no interrupt") },
                    interrupt = function(stopped) stopped$model)
same(gim_report(partial)$status, "stopped")
stopifnot(gim_report(partial)$step < 1e6)

# Handles are freed; many fits leave nothing behind that a collection finds broken.
for (i in 1:20) gim_load(path)
invisible(gc())

# Judging and simulation.
same(gim_score(x, x, "mean_distance"), c(mean_distance = 0))
a <- x[1:40, ]
b <- x[41:80, ]
stopifnot(abs(gim_score(a, b, "mean_distance") - sqrt(sum((colMeans(a) - colMeans(b))^2))) < 1e-12)
fails("no metric \"energie\"; did you mean \"energy\"", gim_score(a, b, "energie"), "gim_unknown")
truth <- matrix(c(0, 0, 0, 1, 0, 0, 0, 1, 0), 3)
estimate <- matrix(c(0, 1, 0, 0, 0, 0, 0, 1, 0), 3)
scores <- gim_compare_graphs(estimate, truth)
same(c(scores$shd, scores$reversed, scores$true_positives), c(1, 1, 1))
system <- gim_simulate(variables = 6, perturbations = 4, doses = c(1, 2), control_rows = 50, rows = 10)
same(dim(system$training$x), c(130L, 6L))
same(dim(system$graph), c(6L, 6L))
stopifnot(!system$training$targets["control", ])
fails("no setting \"noize\"; did you mean \"noise\"", gim_simulate(noize = 1), "gim_unknown")
fails("variables", gim_simulate(variables = 1), "GIM_ERR_ARGUMENT")
same(gim_version(), as.character(packageVersion("gim")))
cat("all of it\n")
