/* SPDX-License-Identifier: MIT */
/* libFuzzer's way into the trace reader: the input is a file of any format. `make fuzz` runs it. */
#include <stdio.h>
#include <stdlib.h>

#include "trace_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    trace_checked_t checked = trace_check_memory(data, size);
    if (checked.broken != NULL) {
        fprintf(stderr, "call %llu: %s\n", (unsigned long long)checked.calls, checked.broken);
        abort();
    }
    return 0;
}
