/* What libgim 0.1.0 answered of the model file beside this one; written by test_io --write.
 * SPDX-License-Identifier: BSD-3-Clause */
const double golden_target[] = {0.07193703, 0.030832472, 0.022890336};
const double golden_mean[] = {4.1545203, 4.1922331, 3.5272238};
const double golden_probability[] = {0, 0.51507368, 0.49733853, 0.49165443, 0, 0.49696811, 0.50392069, 0.4919317, 0};
const double golden_density = -8.05159105;
