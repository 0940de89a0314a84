/* The table of options. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__OPTIONS_H
#define GIM__OPTIONS_H

#include "base/status.h"

enum { GIM__OPTIONS = 35 };

/* Values of one model, in the order of the table; whole numbers and choices are exact in a double. */
typedef struct gim__options {
    double value[GIM__OPTIONS];
} gim__options;

void gim__options_init(gim__options *options);
double gim__option(const gim__options *options, gim_option option);
/* Sets a value of the given kind (GIM_CHOICE goes as GIM_INT). */
gim_status gim__option_set(gim__options *options, gim_option option, gim_option_kind kind, double value,
                           gim__message *message);
gim_status gim__option_get(const gim__options *options, gim_option option, gim_option_kind kind, double *value,
                           gim__message *message);

#endif
