# As docs/cli.md. SPDX-License-Identifier: BSD-3-Clause
. test/docs/files/cli.sh
