#!/bin/sh
# What libgim.so asks of others: nothing that prints, ends the process or changes what all of it shares; products come
# from OpenBLAS, not from GSL's CBLAS. And it holds no variable that changes. test/style/calls.sh looks at the sources.
# SPDX-License-Identifier: BSD-3-Clause
set -eu

build=$1
library=$build/libgim.so
forbidden='
    abort exit _exit _Exit quick_exit atexit on_exit __assert_fail __assert raise kill signal sigaction longjmp
    system popen fork execve
    printf vprintf __printf_chk __vprintf_chk puts putchar putc fputc perror stdin stdout stderr syslog
    getenv secure_getenv setenv putenv unsetenv setlocale
    rand srand random srandom drand48 time gettimeofday localtime gmtime
    gsl_set_error_handler gsl_set_error_handler_off gsl_rng_alloc gsl_rng_env_setup gsl_rng_default
    openblas_set_num_threads goto_set_num_threads omp_set_num_threads omp_set_dynamic omp_set_max_active_levels
    json_set_alloc_funcs json_set_alloc_funcs2 json_object_seed
    strcpy strcat sprintf gets __strcpy_chk __strcat_chk __sprintf_chk'

failed=0
wanted=$(nm -D --undefined-only "$library" | sed 's/.* //; s/@.*//' | sort)
[ -n "$wanted" ] || { echo "$library: nm shows nothing"; exit 1; }
for name in $forbidden; do
    if echo "$wanted" | grep -qx "$name"; then
        echo "$library calls $name, from:"
        nm -A --undefined-only "$build/libgim.a" | sed -n "s/.*:\(.*\.o\): *U $name\$/    \1/p"
        failed=1
    fi
done

needed=$(readelf -d "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
echo "$needed" | grep -q '^libopenblas' || { echo "$library does not need libopenblas:" $needed; failed=1; }
if echo "$needed" | grep -q gslcblas; then
    echo "$library needs GSL's slow CBLAS:" $needed
    failed=1
fi

# Symbols in sections that can be written to, .data and .bss; .data.rel.ro is constant once loaded.
changing=$(objdump -t "$build/libgim.a" 2>/dev/null | awk '
    / file format / { object = $1; sub(/:$/, "", object) }
    $4 ~ /^\.t?(data|bss)/ && $4 !~ /^\.data\.rel\.ro/ && $3 != "d" && $NF !~ /^\./ { print object ": " $NF }
    / \*COM\*/ { print object ": " $NF }')
if [ -n "$changing" ]; then
    echo "variables that change, though all state belongs to a handle:"
    echo "$changing"
    failed=1
fi

soname=$(readelf -d "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
[ "$soname" = libgim.so.0 ] || { echo "$library: soname is '$soname', not libgim.so.0 (docs/abi.md)"; failed=1; }
exit $failed
