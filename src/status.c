/* SPDX-License-Identifier: MIT */
/* Statuses and faults in words. */
#include "capheap/status.h"

const char *capheap_status_text(capheap_status_t status) {
    switch (status) {
    case CAPHEAP_OK:
        return "done";
    case CAPHEAP_ERROR_ARGUMENT:
        return "an argument is outside of its documented range";
    case CAPHEAP_ERROR_TOO_SMALL:
        return "the memory is too small for its books and one granule";
    case CAPHEAP_ERROR_TOO_LARGE:
        return "the memory is larger than 4 GiB less one granule";
    case CAPHEAP_ERROR_WRAPS:
        return "the memory passes the end of the address space";
    case CAPHEAP_ERROR_OVERLAP:
        return "some of the memory belongs to the heap already";
    case CAPHEAP_ERROR_FULL:
        return "the heap has no slot left for another region";
    case CAPHEAP_ERROR_BUSY:
        return "the region still has live blocks";
    case CAPHEAP_ERROR_UNKNOWN:
        return "there is no such region, type or chip memory";
    case CAPHEAP_ERROR_NOT_KEPT:
        return "the memory kept no region";
    case CAPHEAP_ERROR_OTHER:
        return "the memory kept a region of another place, shape, key or version";
    case CAPHEAP_ERROR_DAMAGED:
        return "the region that the memory kept is damaged";
    }
    return "an unknown status";
}

const char *capheap_fault_text(capheap_fault_t fault) {
    switch (fault) {
    case CAPHEAP_FAULT_FREED:
        return "pointer into free memory: freed before";
    case CAPHEAP_FAULT_INTERIOR:
        return "pointer into the middle of a live block";
    case CAPHEAP_FAULT_FOREIGN:
        return "pointer to memory that is no region's";
    case CAPHEAP_FAULT_LINK:
        return "free memory was written to: a link in it is damaged";
    case CAPHEAP_FAULT_MAP:
        return "the books were written to: the map contradicts itself";
    }
    return "an unknown fault";
}
