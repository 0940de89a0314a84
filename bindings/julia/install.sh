#!/bin/sh
# Installs Julia on Debian 12, which has none, from Debian 11: that suite is pinned so low that nothing else comes from
# it. This Julia crashes at every exception with Debian 12's libunwind, so it gets that of Debian 11, by a wrapper, for
# itself alone. As root, or with SUDO=sudo. SPDX-License-Identifier: BSD-3-Clause
set -eu
SUDO=${SUDO-}
lists=/etc/apt/sources.list.d/libgim-julia.list
pins=/etc/apt/preferences.d/libgim-julia
apt() {
    $SUDO env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 "$@"
}

command -v apt-get >/dev/null || { echo "no apt-get: install Julia 1.5 or later by hand" >&2; exit 1; }
echo 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bullseye main' |
    $SUDO tee "$lists" >/dev/null
printf '%s\n' 'Package: *' 'Pin: release n=bullseye' 'Pin-Priority: 50' '' \
    'Package: julia julia-common libjulia1' 'Pin: release n=bullseye' 'Pin-Priority: 500' | $SUDO tee "$pins" >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
if apt update && apt install --no-install-recommends julia &&
    apt-get -qq download libunwind8/bullseye 2>/dev/null; then
    dpkg -x libunwind8_*.deb unwind
    $SUDO mkdir -p /usr/local/lib/julia-libunwind /usr/local/bin
    $SUDO cp -L unwind/usr/lib/*/libunwind.so.8 /usr/local/lib/julia-libunwind
    printf '#!/bin/sh\nLD_LIBRARY_PATH=%s${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} exec /usr/bin/julia "$@"\n' \
        /usr/local/lib/julia-libunwind | $SUDO tee /usr/local/bin/julia >/dev/null
    $SUDO chmod 755 /usr/local/bin/julia
    /usr/local/bin/julia -e 'f(x) = x < 0 ? error("a") : x; try f(-1) catch; end; println("Julia ", VERSION)'
else
    $SUDO rm -f "$lists" "$pins"
    echo "Julia could not be had from Debian 11, and its tests will be skipped" >&2
fi
