#!/bin/bash
# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
# All emulated boards with fewer steps than `make targets`.
BUILD=$BUILD/targets exec scripts/targets --quick
