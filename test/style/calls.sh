#!/bin/sh
# What the library must not say in its sources: a library neither prints nor ends its host, and touches nothing that the
# whole process shares. test/abi/calls.sh looks at the compiled library. SPDX-License-Identifier: BSD-3-Clause
set -eu

host='exit|_exit|_Exit|quick_exit|atexit|abort|raise|kill|signal|sigaction|system|popen|fork|setjmp|longjmp'
print='printf|vprintf|puts|putchar|perror'
shared='getenv|setenv|putenv|setlocale|srand|rand|random|drand48|strtok|time|localtime|gmtime|asctime|ctime'
shared="$shared|gsl_set_error_handler|gsl_set_error_handler_off|gsl_rng_alloc|gsl_rng_env_setup"
shared="$shared|openblas_set_num_threads|omp_set_[a-z_]*|json_set_alloc_funcs|json_object_seed"
unsafe='gets|strcpy|strcat|strncpy|strncat|sprintf|vsprintf|scanf|sscanf|atoi|atol|atof|alloca|tmpnam|mktemp'
memory='malloc|calloc|realloc|free|strdup|strndup'

# FILE:LINE:code of each file, without comments and directives, with strings emptied.
code() {
    for file; do
        ${CC:-cc} -fpreprocessed -dD -E "$file" 2>/dev/null | awk -v file="$file" '
            /^# [0-9]+ "/ { line = $2 - 1; next }
            { line++; gsub(/\\./, ""); gsub(/"[^"]*"/, "\"\""); gsub(/format\(printf/, "") }
            !/^ *#/ { print file ":" line ":" $0 }'
    done
}

# ban WHY NAMES [AFTER]: no such name as a whole word, with AFTER behind it; a member (x->free) is something else
ban() {
    if grep -E "(^|[^A-Za-z0-9_.>])($2)${3:-([^A-Za-z0-9_]|$)}"; then
        echo "  ^ $1"
        failed=1
    fi
}

failed=0
sources=$(code $(find lib -name '*.[ch]' | sort))
[ -n "$sources" ] || { echo "found no source under lib/"; exit 1; }
ban "a library does not end, or take over, its host" "$host" ' *\(' <<END
$sources
END
ban "a library prints nothing: give a status and a message" "$print" ' *\(' <<END
$sources
END
ban "a library prints nothing: give a status and a message" 'stdin|stdout|stderr' <<END
$sources
END
ban "shared by the whole process: keep it in the handle" "$shared" ' *\(' <<END
$sources
END
ban "without a bound, or without a sign of failure" "$unsafe" ' *\(' <<END
$sources
END
ban "memory comes from the model's allocator, lib/base/alloc.h" "$memory" <<END
$(echo "$sources" | grep -v '^lib/base/alloc\.c:')
END
exit $failed
