/* How sure is a prediction? A plant ran at powers 0, 1, 2 and 4; its sensors and its yield were measured. What will it
 * yield at power 3, between which limits? The model says how the sensors will stand, a regression what they yield, and
 * measured rows, weighted so that they stand for power 3, how far off that may be. Then the same with more sensors,
 * where such rows run out. docs/intervals.md explains it. SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POWERS = 4, ROWS = 600, HALF = ROWS / 2, CALIBRATION = POWERS * HALF, DRAWS = 4000, NEW = 4000, MOST = 16 };
static const double power[POWERS] = {0, 1, 2, 4}, asked = 3;

/* ---- the made-up plant ---- */

static double noise(void)
{
    double sum = -6; /* about standard normal: the sum of twelve uniform numbers */
    for (int i = 0; i < 12; i++)
        sum += rand() / (RAND_MAX + 1.0);
    return sum;
}

/* Every sensor rises with the power; the yield is highest where the first two are at 4, and the noisier the higher. */
static double measure(double *x, int sensors, double at)
{
    for (int j = 0; j < sensors; j++)
        x[j] = at + noise();
    double mean = (x[0] + x[1]) / 2, yield = 10 - (mean - 4) * (mean - 4);
    return yield + (0.5 + 0.1 * fabs(yield)) * noise();
}

/* Of each power, half of the rows are to learn from, half to calibrate by. */
typedef struct plant {
    int sensors;
    double learn[POWERS][HALF * MOST], learn_yield[CALIBRATION];
    double x[CALIBRATION * MOST], yield[CALIBRATION]; /* to calibrate by */
} plant;

static void run_plant(plant *to, int sensors)
{
    to->sensors = sensors;
    for (int p = 0; p < POWERS; p++)
        for (int r = 0; r < HALF; r++) {
            int row = p * HALF + r;
            to->learn_yield[row] = measure(to->learn[p] + r * sensors, sensors, power[p]);
            to->yield[row] = measure(to->x + row * sensors, sensors, power[p]);
        }
}

/* Up to a constant, the logarithm of the sensors' density at a power. */
static void true_density(double *density, const plant *rows, double at)
{
    for (int i = 0; i < CALIBRATION; i++) {
        density[i] = 0;
        for (int j = 0; j < rows->sensors; j++)
            density[i] -= pow(rows->x[i * rows->sensors + j] - at, 2) / 2;
    }
}

/* ---- learning ---- */

static int describe(size_t env, gim_environment *environment, double *features, void *user)
{
    (void)user;
    environment->n_rows = HALF;
    environment->observational = env == 0;
    features[0] = power[env];
    return 0;
}

static int read_rows(size_t env, const size_t *rows, size_t n_rows, double *x, void *user)
{
    const plant *from = user;
    size_t d = (size_t)from->sensors;
    for (size_t r = 0; r < n_rows; r++)
        memcpy(x + r * d, from->learn[env] + rows[r] * d, d * sizeof *x);
    return 0;
}

static gim_status learn(gim_model **model, gim_regression **regression, plant *from)
{
    static double x[CALIBRATION * MOST];
    size_t d = (size_t)from->sensors;
    gim_data data = {sizeof data, POWERS, describe, read_rows, from};
    gim_outcomes outcomes = {sizeof outcomes, CALIBRATION, d, 1, x, from->learn_yield, NULL};
    for (int p = 0; p < POWERS; p++)
        memcpy(x + (size_t)p * HALF * d, from->learn[p], HALF * d * sizeof *x);
    gim_status status = gim_model_new(model, d, 1, NULL);
    if (status == GIM_OK)
        status = gim_set_int(*model, GIM_INTERVENTION, GIM_SHIFT);
    if (status == GIM_OK)
        status = gim_fit(*model, &data, NULL, NULL);
    return status < 0 ? status : gim_regression_new(regression, &outcomes, NULL, NULL);
}

/* ---- predicting ---- */

/* The mean yield over rows that the model draws at the power that is asked about. */
static gim_status predict(const gim_model *model, const gim_regression *regression, double *mean)
{
    static double x[DRAWS * MOST], y[DRAWS];
    gim_status status = gim_sample(model, &asked, 1, DRAWS, 1, x);
    if (status == GIM_OK)
        status = gim_regression_predict(regression, x, DRAWS, y);
    *mean = 0;
    for (int i = 0; i < DRAWS; i++)
        *mean += y[i] / DRAWS;
    return status;
}

/* log_weights <- log p(x; asked) - log of the mean of p(x; power), over the powers that the rows come from. Of the
 * model, or where that is NULL of the plant itself, which only a made-up one tells. */
static gim_status weigh(const gim_model *model, const plant *rows, double *log_weights)
{
    static double density[POWERS + 1][CALIBRATION];
    gim_status status = GIM_OK;
    for (int p = 0; p <= POWERS && status == GIM_OK; p++) {
        const double *at = p < POWERS ? &power[p] : &asked;
        if (model != NULL)
            status = gim_log_density(model, at, 1, rows->x, CALIBRATION, density[p]);
        else
            true_density(density[p], rows, *at);
    }
    for (int i = 0; i < CALIBRATION && status == GIM_OK; i++) {
        double largest = density[0][i], sum = 0;
        for (int p = 1; p < POWERS; p++)
            largest = fmax(largest, density[p][i]);
        for (int p = 0; p < POWERS; p++)
            sum += exp(density[p][i] - largest) / POWERS;
        log_weights[i] = density[POWERS][i] - largest - log(sum);
    }
    return status;
}

/* How far from the mean 9 in 10 yields will be at most; *effective rows tell it. */
static gim_status reach(const plant *rows, const double *log_weights, double mean, double *far, double *effective)
{
    static double scores[CALIBRATION];
    gim_conformal *conformal;
    for (int i = 0; i < CALIBRATION; i++)
        scores[i] = fabs(rows->yield[i] - mean);
    gim_status status = gim_conformal_new(&conformal, scores, log_weights, CALIBRATION, NULL);
    if (status != GIM_OK)
        return status;
    status = gim_conformal_unseen_quantile(conformal, 0.1, far); /* GIM_LOW_OVERLAP: infinitely far */
    *effective = gim_conformal_effective(conformal);
    gim_conformal_free(conformal);
    return status;
}

/* ---- what is printed ---- */

static double percent_inside(int sensors, double mean, double far)
{
    double x[MOST];
    int inside = 0;
    for (int i = 0; i < NEW; i++)
        inside += fabs(measure(x, sensors, asked) - mean) <= far;
    return 100.0 * inside / NEW;
}

static gim_status show(int sensors)
{
    static plant rows;
    static double log_weights[CALIBRATION];
    gim_model *model = NULL;
    gim_regression *regression = NULL;
    double mean = 0, far[3], effective[3];
    run_plant(&rows, sensors);
    gim_status status = learn(&model, &regression, &rows);
    if (status >= 0)
        status = predict(model, regression, &mean);
    for (int way = 0; way < 3 && status >= 0; way++) { /* the model's weights, none, the true ones */
        if (way != 1)
            status = weigh(way == 0 ? model : NULL, &rows, log_weights);
        if (status >= 0)
            status = reach(&rows, way == 1 ? NULL : log_weights, mean, &far[way], &effective[way]);
    }
    if (status >= 0)
        printf("%7d %9.2f %9.2f %6.1f %% %9.2f %6.1f %% %10.0f %8.0f\n", sensors, mean, far[1],
               percent_inside(sensors, mean, far[1]), far[0], percent_inside(sensors, mean, far[0]), effective[0],
               effective[2]);
    gim_model_free(model);
    gim_regression_free(regression);
    return status;
}

int main(void)
{
    static const int sensors[] = {2, 6, MOST};
    printf(
        "Power 3, which was never run: the yield plus or minus so much, for 9 in 10 hours; %d new hours are inside.\n"
        "Of %d rows, so many are effective by the model's densities, and by the true ones.\n"
        "                  rows as they are     rows weighted       effective    truly\n"
        "sensors predicted      +/-   inside       +/-   inside\n",
        NEW, CALIBRATION);
    for (size_t i = 0; i < sizeof sensors / sizeof *sensors; i++) {
        gim_status status = show(sensors[i]);
        if (status < 0) {
            fprintf(stderr, "%s: %s\n", gim_status_name(status), gim_status_text(status));
            return 1;
        }
    }
    return 0;
}
