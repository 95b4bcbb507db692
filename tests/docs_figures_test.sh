# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
#
# The figures of docs/choosing.md and docs/bounds.md are about what is measured now.
exec scripts/docs-figures --check
