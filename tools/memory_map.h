/* SPDX-License-Identifier: MIT */
/* Pages at addresses of one's own choice. */
#ifndef MEMORY_MAP_H
#define MEMORY_MAP_H

#include "memory.h"

/* Map what memory->pieces lists. What was mapped is in memory even if this fails; memory_unmap
 * takes it away. */
memory_result_t memory_map(memory_t *memory, problem_t *problem);
void memory_unmap(memory_t *memory);

uintptr_t memory_page_size(void);

#endif
