/* The kernels' floating-point type, and the attribute that compiles a kernel for several CPUs.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__REAL_H
#define GIM__REAL_H

/* float in the library; double where the sources are built with GIM_DOUBLE, for the gradient and golden tests. */
#ifdef GIM_DOUBLE
typedef double real;
#define REAL_EPSILON 2.220446049250313e-16
#else
typedef float real;
#define REAL_EPSILON 1.1920929e-7
#endif

/* A function so marked is compiled for AVX-512, for AVX2 with FMA, and for the baseline; the loader picks one. */
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__) && !defined(GIM_NO_CLONES)
#define GIM__CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define GIM__CLONES
#endif

#endif
