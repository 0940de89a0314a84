# The program of docs/packages.md. SPDX-License-Identifier: BSD-3-Clause
cp examples/fit.c .
