/* libgim's version. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM_VERSION_H
#define GIM_VERSION_H

#define GIM_VERSION_MAJOR 0
#define GIM_VERSION_MINOR 1
#define GIM_VERSION_PATCH 0
#define GIM_VERSION_STRING "0.1.0"

#endif
