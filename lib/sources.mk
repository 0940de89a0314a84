# The library's sources, one folder a layer, lowest first. SPDX-License-Identifier: BSD-3-Clause
LIB_SRC := $(foreach layer,base math model train baseline simulate judge ifm api,$(sort $(wildcard lib/$(layer)/*.c)))
