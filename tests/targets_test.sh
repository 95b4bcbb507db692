#!/bin/bash
# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
# The quick set of emulated boards; `make targets` runs them all.
BUILD=$BUILD/targets exec scripts/targets --quick
