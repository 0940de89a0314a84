#!/bin/sh
# Debian's packages as a stranger meets them: they are looked at by lintian, installed in an empty Debian of the suite
# that they were built on, used by the command and by a program, upgraded over themselves, and removed without a trace.
# SPDX-License-Identifier: BSD-3-Clause
#
# usage: deb.sh FOLDER     with the packages; the empty Debian is kept beside it, in debian.tar
# Status 77, skipped: no root, no debootstrap, or no Debian to be had by it.
set -eu

folder=$1
source=$(cd "$(dirname "$0")/../.." && pwd)
empty=$(dirname "$folder")/debian.tar
failed=0

fail() {
    echo "FAILED: $*"
    failed=1
}

skip() {
    echo "skipped: $*"
    exit 77
}

[ -n "$(ls "$folder"/libgim0_*.deb 2>/dev/null)" ] || { echo "no packages in $folder: make deb"; exit 1; }
[ "$(id -u)" = 0 ] || skip "packages are installed in an empty Debian by root alone"
command -v debootstrap >/dev/null || skip "debootstrap is not installed: make deps-deb"

if command -v lintian >/dev/null; then
    # The tag asks for the number of a request to Debian, to which these packages do not go.
    lintian --allow-root --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs "$folder"/*.changes ||
        fail "lintian"
else
    echo "lintian is not installed: the packages were not looked at by it"
fi

root=$(mktemp -d)
trap 'umount "$root/proc" 2>/dev/null || :; rm -rf "$root"' EXIT
. /etc/os-release
if [ ! -s "$empty" ]; then
    debootstrap --variant=minbase "$VERSION_CODENAME" "$root" >"$empty.log" 2>&1 ||
        skip "debootstrap could not make a Debian $VERSION_CODENAME: $(tail -n 1 "$empty.log")"
    tar -C "$root" -cf "$empty.new" .
    mv "$empty.new" "$empty"
else
    tar -C "$root" -xf "$empty"
fi
mount -t proc proc "$root/proc" 2>/dev/null || echo "/proc could not be mounted; going on without"
[ ! -e /etc/apt/apt.conf ] || cp /etc/apt/apt.conf "$root/etc/apt/"

in_root() {
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"
}
apt() {
    in_root apt-get -qq -y --no-install-recommends "$@" >"$root/apt.log" 2>&1 || {
        fail "apt-get $*"
        tail "$root/apt.log"
        exit 1
    }
}
# Every file but those of apt's and dpkg's own books, the caches, and what the test itself put there.
files() {
    (cd "$root" && find . -path ./proc -prune -o -path ./var -prune -o -path ./try -prune -o -path ./etc/ld.so.cache \
        -prune -o ! -name '*.log' -print | sort)
}

# What builds programs is there before and after; what came along for the packages goes with them.
apt update
mkdir "$root/try"
cp "$source/test/install/use.c" "$root/try"
for package in libgim0 libgim-dev gim; do
    cp "$folder/$package"_*.deb "$root/try/$package.deb"
done
apt install gcc libc6-dev pkg-config bash-completion libgsl-dev libopenblas-dev libjansson-dev zlib1g-dev
apt autoremove --purge
files >"$root/try/before"

apt install /try/gim.deb /try/libgim0.deb
in_root gim --version | grep -qx "gim [0-9.]*" || fail "gim --version, from the packages gim and libgim0 alone"
in_root ldd /usr/bin/gim | grep -q 'libgim\.so\.0' || fail "gim does not use the library of libgim0"
apt install /try/libgim-dev.deb

cat >"$root/try/run.sh" <<'END'
set -eux
cd /try
gim simulate -o sim --variables 6 --perturbations 4 --new-perturbations 2 -n 10 --control-rows 40 --test-rows 10 -q
gim fit -d sim/train.tsv -p sim/train_perturbations.tsv --control control --set steps=40 -q -o model.gim
gim sample model.gim -p sim/test_new_perturbations_perturbations.tsv -n 5 -q -o samples.tsv
gcc -Wall -Werror use.c -o shared $(pkg-config --cflags --libs libgim)
./shared
gcc -Wall -Werror use.c -o static $(pkg-config --cflags libgim) -Wl,-Bstatic -lgim -Wl,-Bdynamic \
    $(pkg-config --static --libs-only-l libgim | sed 's/-lgim//')
./static
test -s /usr/share/man/man1/gim.1.gz
bash -c '. /usr/share/bash-completion/completions/gim && COMP_WORDS=(gim fi) COMP_CWORD=1 && _gim && test "$COMPREPLY" = fit'
END
in_root bash /try/run.sh >"$root/try.log" 2>&1 || { fail "the installed command and library"; tail -n 20 "$root/try.log"; }

apt install --reinstall /try/gim.deb /try/libgim0.deb /try/libgim-dev.deb
apt purge gim libgim-dev libgim0
apt autoremove --purge
files >"$root/try/after"
diff "$root/try/before" "$root/try/after" || fail "the packages leave something behind, or take something along"
in_root dpkg --audit | grep . && fail "dpkg --audit complains"
in_root ldconfig -p | grep libgim && fail "the loader still knows libgim"
exit $failed
