/* Status codes: one pinned list, from which a binding can expand its own. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM_STATUS_H
#define GIM_STATUS_H

/* 0 success; positive: success of another kind, which rule ended the fit; negative: failure. Numbers are never reused.
 * A negative value that a callback returns is handed back unchanged; callers that want to tell theirs from these use
 * values below -1000. */
#define GIM_STATUS_LIST(X)                                                                         \
    X(GIM_OK, 0, "success")                                                                        \
    X(GIM_STOPPED, 1, "stopped by the caller; the model is usable, and gim_resume() continues")    \
    X(GIM_CYCLIC, 2, "all steps done, but the graph was not acyclic by itself: not converged")     \
    X(GIM_LOW_OVERLAP, 3, "too few effective rows for a finite interval")                          \
    X(GIM_ERR_NOMEM, -1, "out of memory")                                                          \
    X(GIM_ERR_ARGUMENT, -2, "an argument is not valid")                                            \
    X(GIM_ERR_STATE, -3, "the model is not in a state that allows this call")                      \
    X(GIM_ERR_OPTION, -4, "unknown option, or a value outside its range")                          \
    X(GIM_ERR_DATA, -5, "the data cannot be used")                                                 \
    X(GIM_ERR_BUSY, -6, "the model is being fitted")                                               \
    X(GIM_ERR_IO, -7, "a file could not be read or written")                                       \
    X(GIM_ERR_FORMAT, -8, "the file is not a libgim model, or is damaged")                         \
    X(GIM_ERR_VERSION, -9, "the file was written by a newer version of libgim")                    \
    X(GIM_ERR_NUMERIC, -10, "the objective is no longer finite, or an iteration did not converge") \
    X(GIM_ERR_REFUSED, -11, "what was observed does not determine what was asked")

#define GIM_STATUS_ENUM(name, value, text) name = value,
enum gim_status_code { GIM_STATUS_LIST(GIM_STATUS_ENUM) GIM_STATUS_END_ };
#undef GIM_STATUS_ENUM

/* An int, so that a callback's own negative value passes through it. */
typedef int gim_status;

#endif
