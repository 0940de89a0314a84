#!/bin/sh
# Installs into an empty folder, as a packager does, and uses what lies there as a stranger would: programs in C and C++
# built with nothing but pkg-config, or with CMake, against the shared and the static library. Then uninstalls.
# SPDX-License-Identifier: BSD-3-Clause
set -eu

build=$1
source=$(cd "$(dirname "$0")/../.." && pwd)
make=${MAKE:-make}
cc=${CC:-cc}
cxx=${CXX:-c++}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
prefix="$root/a prefix"
failed=0

fail() {
    echo "FAILED: $*"
    failed=1
}

# try WHAT COMMAND...: its output only if it fails
try() {
    what=$1
    shift
    if "$@" >"$root/out" 2>&1; then
        echo "ok: $what"
    else
        fail "$what: $*"
        cat "$root/out"
    fi
}

# ---- DESTDIR and the usual folders: files land below it, and no path of the build or of DESTDIR is written into them

try "make install DESTDIR" $make -C "$source" install BUILD="$build" DESTDIR="$root/staged" PREFIX=/usr \
    LIBDIR=/usr/lib/x86_64-linux-gnu MANDIR=/usr/share/man
for file in bin/gim include/gim/gim.h include/gim/gim_status.h include/gim/gim_version.h lib/x86_64-linux-gnu/libgim.a \
    lib/x86_64-linux-gnu/libgim.so lib/x86_64-linux-gnu/libgim.so.0 lib/x86_64-linux-gnu/pkgconfig/libgim.pc \
    lib/x86_64-linux-gnu/cmake/gim/gimConfig.cmake lib/x86_64-linux-gnu/cmake/gim/gimConfigVersion.cmake share/man/man1/gim.1 share/bash-completion/completions/gim share/doc/libgim/LICENSE; do
    [ -e "$root/staged/usr/$file" ] || fail "not installed: $file"
done
[ ! -e "$build/gim-h5ad" ] || [ -x "$root/staged/usr/libexec/gim/gim-h5ad" ] || fail "not installed: libexec/gim/gim-h5ad"
readelf -d "$root/staged/usr/bin/gim" "$root/staged/usr/lib/x86_64-linux-gnu/libgim.so.0" | grep -qi 'NEEDED.*hdf5' &&
    fail "gim or libgim needs libhdf5, which gim-h5ad alone may"
grep -rlF "$root" "$root/staged" && fail "DESTDIR is written into an installed file"
grep -q '@' "$root/staged/usr/lib/x86_64-linux-gnu/pkgconfig/libgim.pc" && fail "libgim.pc: a name is not filled in"
grep -rq '@[A-Z]*@' "$root/staged/usr/lib/x86_64-linux-gnu/cmake" && fail "CMake's files: a name is not filled in"
grep -q '^libdir=${prefix}/lib/x86_64-linux-gnu$' "$root/staged/usr/lib/x86_64-linux-gnu/pkgconfig/libgim.pc" ||
    fail "libgim.pc: libdir is not below prefix"
outside=$(find "$root/staged" -type f -not -path "$root/staged/usr/*")
[ -z "$outside" ] || fail "installed outside PREFIX: $outside"

try "make uninstall DESTDIR" $make -C "$source" uninstall BUILD="$build" DESTDIR="$root/staged" PREFIX=/usr \
    LIBDIR=/usr/lib/x86_64-linux-gnu MANDIR=/usr/share/man
left=$(find "$root/staged" -not -type d -o -name '*gim*')
[ -z "$left" ] || fail "uninstall leaves: $left"

# ---- a PREFIX of one's own, and nothing but pkg-config

own=$root/own
try "make install PREFIX" $make -C "$source" install BUILD="$build" DESTDIR="$root/staged dir" PREFIX="$own"
mv "$root/staged dir$own" "$own"
try "gim --help" "$own/bin/gim" --help
cd "$root"
PKG_CONFIG_PATH=$own/lib/pkgconfig
LD_LIBRARY_PATH=$own/lib
export PKG_CONFIG_PATH LD_LIBRARY_PATH
program=$source/test/install/use.c

flags=$(pkg-config --cflags --libs libgim)
try "C, shared" $cc -Wall -Wextra -Werror -o c-shared "$program" $flags
try "C++, shared" $cxx -Wall -Wextra -Werror -o cxx-shared -x c++ "$program" -x none $flags
for built in c-shared cxx-shared; do
    try "$built runs" "./$built"
    cat out
    readelf -d "$built" | grep -q 'NEEDED.*\[libgim\.so\.0\]' || fail "$built does not need libgim.so.0"
done

# cmake_finds NAME PREFIX [VERSION]: a project of CMake finds libgim there, and its programs run
cmake_finds() {
    cmake -S "$source/test/install/cmake" -B "cmake-$1" -DCMAKE_PREFIX_PATH="$2" -DWANTED="${3:-}" >"$root/out" 2>&1 &&
        cmake --build "cmake-$1" >>"$root/out" 2>&1 || return 1
    for built in "cmake-$1"/use "cmake-$1"/use_static; do
        [ ! -x "$built" ] || "$built" >>"$root/out" 2>&1 || return 1
    done
}
version=$(sed -n 's/^Version: //p' "$PKG_CONFIG_PATH/libgim.pc")
if command -v cmake >/dev/null; then
    try "CMake, shared and static" cmake_finds shared "$own" "$version"
    readelf -d cmake-shared/use | grep -q 'NEEDED.*\[libgim\.so\.0\]' || fail "CMake: use does not need libgim.so.0"
    [ -x cmake-shared/use_static ] || fail "CMake: gim::gim_static is not there"
    try "CMake, any patch of the minor version" cmake_finds minor "$own" "${version%.*}"
    for wanted in 99 0.0.1 "${version%.*}.99"; do
        cmake_finds "wanted-$wanted" "$own" "$wanted" && fail "CMake takes version $version for $wanted"
        tr '\n' ' ' <out | grep -q 'compatible *with *requested *version' || fail "CMake, version $wanted: another error"
    done
else
    echo "skipped: CMake's package was not tried, as cmake is not installed"
fi

# The examples; -lm is for their own mathematics.
for example in "$source"/examples/*.c; do
    [ -e "$example" ] || continue
    name=$(basename "$example" .c)
    try "example $name" $cc -std=c11 -Wall -Wextra -Werror -o "example-$name" "$example" $flags -lm
    try "example $name runs" timeout 300 "./example-$name"
done
for example in "$source"/examples/*.cpp; do
    [ -e "$example" ] || continue
    name=$(basename "$example" .cpp)
    try "example $name" $cxx -std=c++11 -Wall -Wextra -Werror -o "example-$name" "$example" $flags -lm
    try "example $name runs" timeout 300 "./example-$name"
done

# Every product is OpenBLAS's, whatever GSL brings along: seen from the loader.
LD_BIND_NOW=1 LD_DEBUG=bindings ./c-shared 2>&1 >/dev/null |
    grep -E 'binding file [^ ]*libgim[^ ]* .*symbol .cblas_' >bindings || true
[ -s bindings ] || fail "the loader binds no cblas function for libgim"
if grep -v 'to [^ ]*libopenblas' bindings; then
    fail "a cblas function is not OpenBLAS's"
fi

# An installed tree can be moved; the static library alone; nothing shared at all.
mv "$own" moved
PKG_CONFIG_PATH=$root/moved/lib/pkgconfig
rm -f moved/lib/libgim.so*
flags=$(pkg-config --define-prefix --static --cflags --libs libgim)
case $flags in
*gslcblas*) fail "pkg-config --static names gslcblas: $flags" ;;
esac
try "C, static library" $cc -Wall -Wextra -Werror -o c-static "$program" $flags
try "C++, static library" $cxx -Wall -Wextra -Werror -o cxx-static -x c++ "$program" -x none $flags
try "C, static program" $cc -Wall -Wextra -Werror -static -o c-alone "$program" $flags
if command -v cmake >/dev/null; then
    try "CMake, moved, static" cmake_finds moved "$root/moved"
fi
for built in c-static cxx-static c-alone; do
    try "$built runs" "./$built"
    if readelf -d "$built" | grep -qE 'NEEDED.*(libgim|gslcblas)'; then
        fail "$built needs libgim.so or gslcblas"
    fi
done

exit $failed
