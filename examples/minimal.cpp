// libgim from C++: the handle in a unique_ptr, the data in vectors, failures as exceptions.
// SPDX-License-Identifier: BSD-3-Clause
#include <gim/gim.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace
{

struct environment {
    double dose;
    std::vector<std::vector<double>> rows;
};
using experiment = std::vector<environment>;
using model_ptr = std::unique_ptr<gim_model, decltype(&gim_model_free)>;

// A negative status becomes an exception with the model's message.
gim_status check(gim_status status, const gim_model *model = nullptr)
{
    if (status >= 0)
        return status;
    std::string message(gim_message(model, nullptr, 0) + 1, '\0');
    gim_message(model, &message[0], message.size());
    throw std::runtime_error(std::string(gim_status_name(status)) + ": " + message.c_str());
}

// Callbacks are called from C: no exception may leave them.
int describe(size_t env, gim_environment *out, double *features, void *user)
{
    const environment &from = (*static_cast<const experiment *>(user))[env];
    out->n_rows = from.rows.size();
    out->observational = from.dose == 0;
    features[0] = from.dose;
    return 0;
}

int read_rows(size_t env, const size_t *rows, size_t n_rows, double *x, void *user)
{
    const environment &from = (*static_cast<const experiment *>(user))[env];
    for (size_t r = 0; r < n_rows; r++)
        x = std::copy(from.rows[rows[r]].begin(), from.rows[rows[r]].end(), x);
    return 0;
}

// A made-up system: the dose raises the first variable, which lowers the second.
experiment measure()
{
    std::mt19937 random(1);
    std::normal_distribution<double> normal;
    experiment all;
    for (double dose : {0.0, 1.0, 3.0}) {
        environment one{dose, {}};
        for (int r = 0; r < 300; r++) {
            double cause = 4 * dose + normal(random);
            one.rows.push_back({cause, 10 - cause + normal(random)});
        }
        all.push_back(one);
    }
    return all;
}

model_ptr new_model(size_t n_variables, size_t n_features)
{
    gim_model *model = nullptr;
    check(gim_model_new(&model, n_variables, n_features, nullptr));
    return model_ptr(model, gim_model_free);
}

} // namespace

int main()
try {
    experiment seen = measure();
    model_ptr model = new_model(2, 1);
    gim_data data = {sizeof data, seen.size(), describe, read_rows, &seen};
    check(gim_set_int(model.get(), GIM_INTERVENTION, GIM_SHIFT), model.get());
    gim_status how = check(gim_fit(model.get(), &data, nullptr, nullptr), model.get());

    const double dose = 2;
    const size_t n = 2000;
    std::vector<double> x(n * 2), probability(2);
    check(gim_sample(model.get(), &dose, 1, n, 1, x.data()), model.get());
    check(gim_targets(model.get(), &dose, probability.data()), model.get());
    double mean[2] = {0, 0};
    for (size_t i = 0; i < x.size(); i++)
        mean[i % 2] += x[i] / n;
    std::printf("%s\nat dose 2, which was never seen: means %.2f and %.2f (true: 8 and 2), targets %.2f and %.2f\n",
                gim_status_text(how), mean[0], mean[1], probability[0], probability[1]);
} catch (const std::exception &problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
}
