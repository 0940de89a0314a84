/* What a model is. SPDX-License-Identifier: BSD-3-Clause */
#include "model/spec.h"

#include <stddef.h>

void gim__spec_families(gim__spec *spec, gim_mechanism mechanism, gim_intervention intervention)
{
    spec->mech = mechanism == GIM_LINEAR ? &gim__mech_linear : &gim__mech_network;
    spec->zero_inflated = mechanism == GIM_ZERO_INFLATED;
    spec->shift = intervention == GIM_SHIFT;
    spec->n_effects = 0;
    spec->effect[spec->n_effects++] = GIM_EFFECT_MEAN;
    if (!spec->shift)
        spec->effect[spec->n_effects++] = GIM_EFFECT_LOG_SCALE;
    if (!spec->shift && spec->zero_inflated)
        spec->effect[spec->n_effects++] = GIM_EFFECT_LOGIT_PI;
}

const char *gim_effect_name(gim_effect effect)
{
    static const char *const names[] = {"mean", "log_scale", "logit_pi"};
    return (unsigned)effect < sizeof names / sizeof *names ? names[effect] : NULL;
}
