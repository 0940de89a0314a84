/* Entries of a matrix that come in any order, put out as rows, in as many passes over them as memory asks for.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef SCATTER_H
#define SCATTER_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct scatter;
void scatter_add(struct scatter *scatter, size_t row, uint32_t index, double value);

/* Writes all rows to a stream, keeping about so many bytes of them at a time. each() calls scatter_add() for every
 * entry, the same ones each time; it returns an exit code, which ends all unless it is EXIT_OK. */
int scatter_rows(FILE *stream, size_t n_rows, size_t budget, int (*each)(void *user, struct scatter *scatter),
                 void *user);

#endif
