/* SPDX-License-Identifier: MIT */
/* Names of call sites and tasks. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <string.h>
#include <sys/prctl.h>

#include "recorder.h"

#define MAX_SITES (RECORDER_SITES / 2)

void recorder_append_number(char *text, uint32_t number) {
    char digits[12];
    size_t n = sizeof digits;
    digits[--n] = '\0';
    do {
        digits[--n] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    strcat(text, digits + n);
}

/* "libcrypto.so.3+0x1a2b3c": the module and the offset in it that addr2line takes. */
static void site_name(const recorder_t *r, char *name, uintptr_t address) {
    struct dl_find_object object;
    const char *module = "?";
    uintptr_t base = 0;
    if (_dl_find_object((void *)address, &object) == 0) {
        const char *path = object.dlfo_link_map->l_name;
        const char *slash = strrchr(path, '/');
        module = path[0] == '\0' ? r->program : slash == NULL ? path : slash + 1;
        base = object.dlfo_link_map->l_addr;
    }
    size_t length = strnlen(module, RECORDER_NAME - 32);
    memcpy(name, module, length);
    memcpy(name + length, "+0x", 3);
    length += 3;
    uintptr_t offset = address - base;
    unsigned shift = 0;
    while (shift + 4 < 8 * sizeof offset && offset >> (shift + 4) != 0) {
        shift += 4;
    }
    for (;; shift -= 4) {
        name[length++] = "0123456789abcdef"[offset >> shift & 15];
        if (shift == 0) {
            break;
        }
    }
    name[length] = '\0';
}

uint32_t recorder_site(recorder_t *r, uintptr_t address) {
    char name[RECORDER_NAME];
    uint32_t place =
        (uint32_t)((address ^ address >> 17) * UINT32_C(2654435761)) & (RECORDER_SITES - 1);
    while (r->sites[place].address != 0) {
        if (r->sites[place].address == address) {
            return r->sites[place].number;
        }
        place = (place + 1) & (RECORDER_SITES - 1);
    }
    if (r->site_count == MAX_SITES) {
        return 0;
    }
    site_name(r, name, address);
    recorder_emit_name(r, TRACE_KIND_SITE, name);
    r->sites[place] = (site_t){.address = address, .number = ++r->site_count};
    return r->site_count;
}

uint32_t recorder_add_task(recorder_t *r) {
    char name[64] = "";
    prctl(PR_GET_NAME, name);
    if (r->task_count > 0) {
        strcat(name, "/");
        recorder_append_number(name, r->task_count + 1);
    }
    recorder_emit_name(r, TRACE_KIND_TASK, name);
    return r->task_count++;
}
