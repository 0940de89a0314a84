/* What will an unseen dose do, and two perturbations at once? Two drugs act on four markers; each was given alone, at
 * two doses. The model then answers for a dose in between, for both drugs together, and for a dose far outside, and
 * says which of these is an extrapolation. SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MARKERS = 4, DRUGS = 2, ENVIRONMENTS = 5, ROWS = 400, DRAWS = 4000 };

static const double dose[ENVIRONMENTS][DRUGS] = {{0, 0}, {1, 0}, {2, 0}, {0, 1}, {0, 2}};

/* ---- the made-up system: a -> b -> c, and d by itself; the first drug raises a, the second lowers d ---- */

static double noise(void)
{
    double sum = -6; /* about standard normal: the sum of twelve uniform numbers */
    for (int i = 0; i < 12; i++)
        sum += rand() / (RAND_MAX + 1.0);
    return sum;
}

static void measure(double *x, const double *doses)
{
    x[0] = 10 + 4 * doses[0] + noise();
    x[1] = 0.5 * x[0] + 0.3 * noise();
    x[2] = 30 - 2 * x[1] + 0.5 * noise();
    x[3] = 5 - 3 * doses[1] + noise();
}

/* ---- the data, by callback ---- */

typedef double table[ENVIRONMENTS][ROWS][MARKERS];

static int describe(size_t env, gim_environment *environment, double *features, void *user)
{
    (void)user;
    environment->n_rows = ROWS;
    environment->observational = env == 0;
    memcpy(features, dose[env], sizeof dose[env]);
    return 0;
}

static int read_rows(size_t env, const size_t *rows, size_t n_rows, double *x, void *user)
{
    for (size_t r = 0; r < n_rows; r++)
        memcpy(x + r * MARKERS, (*(table *)user)[env][rows[r]], MARKERS * sizeof *x);
    return 0;
}

/* ---- questions ---- */

static void moments(double *mean, double *spread, double (*x)[MARKERS])
{
    for (int j = 0; j < MARKERS; j++) {
        double sum = 0, squares = 0;
        for (int r = 0; r < DRAWS; r++) {
            sum += x[r][j];
            squares += x[r][j] * x[r][j];
        }
        mean[j] = sum / DRAWS;
        spread[j] = sqrt(squares / DRAWS - mean[j] * mean[j]);
    }
}

/* n perturbations together, and what the made-up system does under the doses that they come to. */
static gim_status ask(const gim_model *model, const char *title, const double *features, size_t n)
{
    static double predicted[DRAWS][MARKERS], truth[DRAWS][MARKERS];
    double mean[2][MARKERS], spread[2][MARKERS], doses[DRUGS] = {0, 0};
    int outside = 0, any = 0;
    gim_status status = gim_sample(model, features, n, DRAWS, 1, predicted[0]);
    for (size_t i = 0; i < n && status == GIM_OK; i++) {
        status = gim_feature_distance(model, features + i * DRUGS, NULL, &outside);
        any |= outside;
        doses[0] += features[i * DRUGS];
        doses[1] += features[i * DRUGS + 1];
    }
    if (status != GIM_OK)
        return status;
    for (int r = 0; r < DRAWS; r++)
        measure(truth[r], doses);
    moments(mean[0], spread[0], predicted);
    moments(mean[1], spread[1], truth);
    printf("%s%s\n", title, any ? "   [outside of what was seen: an extrapolation]" : "");
    for (int j = 0; j < MARKERS; j++)
        printf("    %c   predicted %6.2f +- %.2f   true %6.2f +- %.2f\n", 'a' + j, mean[0][j], spread[0][j], mean[1][j],
               spread[1][j]);
    return GIM_OK;
}

static gim_status run(gim_model *model, table *cells)
{
    static const double between[] = {1.5, 0}, both[] = {1, 0, 0, 2}, far[] = {5, 0};
    gim_data data = {sizeof data, ENVIRONMENTS, describe, read_rows, cells};
    gim_status status = gim_set_int(model, GIM_INTERVENTION, GIM_SHIFT);
    if (status >= 0)
        status = gim_fit(model, &data, NULL, NULL);
    if (status >= 0)
        status = ask(model, "no perturbation", NULL, 0);
    if (status >= 0)
        status = ask(model, "first drug at 1.5, between the doses that were seen", between, 1);
    if (status >= 0)
        status = ask(model, "first drug at 1 and second drug at 2, together", both, 2);
    if (status >= 0)
        status = ask(model, "first drug at 5", far, 1);
    return status;
}

int main(void)
{
    static table cells;
    char message[512] = "";
    gim_model *model = NULL;
    for (int env = 0; env < ENVIRONMENTS; env++)
        for (int r = 0; r < ROWS; r++)
            measure(cells[env][r], dose[env]);
    gim_status status = gim_model_new(&model, MARKERS, DRUGS, NULL);
    if (status == GIM_OK)
        status = run(model, &cells);
    if (status < 0) {
        if (model != NULL)
            gim_message(model, message, sizeof message);
        fprintf(stderr, "%s: %s\n", gim_status_name(status), message);
    }
    gim_model_free(model);
    return status < 0;
}
