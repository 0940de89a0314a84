# What the scripts of this folder share: source it. SPDX-License-Identifier: BSD-3-Clause

# skip WHY: ends the test, aloud
skip() {
    echo "SKIPPED: $*"
    exit 77
}

# python_with MODULE...: the first Python that has them; PYTHON, where it is set, is the only one that is looked at
python_with() {
    imports=$(printf 'import %s; ' "$@")
    for python in ${PYTHON:-python3 /usr/bin/python3}; do
        "$python" -c "$imports" 2>/dev/null && { echo "$python"; return; }
    done
    return 1
}

# code PAGE LANGUAGE: all its blocks of code, one after the other
code() {
    awk -v fence='```'"$2" '/^```/ && on { on = 0; print ""; next } on { print } $0 == fence { on = 1 }' "$1"
}

# installed BUILD ROOT: libgim under ROOT, as a stranger would have it, and the environment that finds it there
installed() {
    "${MAKE:-make}" -s -C "$source" install BUILD="$1" DESTDIR= PREFIX="$2" >/dev/null
    PKG_CONFIG_PATH=$2/lib/pkgconfig LD_LIBRARY_PATH=$2/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
    export PKG_CONFIG_PATH LD_LIBRARY_PATH
    unset MAKEFLAGS MFLAGS MAKELEVEL
}

source=$(cd "$(dirname "$0")/../.." && pwd)
unset GIM_LIBRARY
