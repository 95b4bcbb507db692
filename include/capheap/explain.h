/* SPDX-License-Identifier: MIT */
/*
 * Why a request is refused: region by region, as data and as text. Ask in the failure hook, which
 * gets the request and is called with no lock held, or at any time: would this be served now, and
 * if not, why?
 */
#ifndef CAPHEAP_EXPLAIN_H
#define CAPHEAP_EXPLAIN_H

#include "capheap/heap.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reasons, a bit each. */
#define CAPHEAP_REFUSED_HELD      (1u << 0) /* start-up memory, not yet reclaimed; or still joining */
#define CAPHEAP_REFUSED_LACKS     (1u << 1) /* lacks capabilities: see `lacks` */
#define CAPHEAP_REFUSED_FORBIDDEN (1u << 2) /* has what it must not have: see `forbidden` */
#define CAPHEAP_REFUSED_MASTERS   (1u << 3) /* some masters don't reach it: see `unreached` */
#define CAPHEAP_REFUSED_TAG       (1u << 4) /* another tag was asked for */
#define CAPHEAP_REFUSED_ALIAS     (1u << 5) /* EXEC comes by its alias, which can't do 8BIT or DMA */
#define CAPHEAP_REFUSED_SMALL     (1u << 6) /* too little in one piece: `needed` above `largest` */
#define CAPHEAP_REFUSED_ALIGNMENT                                                                  \
    (1u << 7) /* no piece is found that holds it so aligned; or the alignment is no power of two   \
               */
#define CAPHEAP_REFUSED_NOTHING (1u << 8) /* the request names no capability and no tag */
#define CAPHEAP_REFUSED_RESERVE                                                                    \
    (1u << 9) /* held in reserve: of what is free, `kept` bytes are for others (policy.h) */

#define CAPHEAP_REFUSED_QUOTA (1u << 10) /* its owner's limit, or the parent's, is in the way */
#define CAPHEAP_REFUSED_OWNERS                                                                     \
    (1u << 11) /* an owner was named and the region keeps none (quota.h) */
#define CAPHEAP_REFUSED_RETAINED                                                                   \
    (1u << 12) /* kept over sleep (sleep.h): only for who asks for RETENTION, RTCRAM or its tag */

/* What one region says to a request. */
typedef struct capheap_refusal {
    capheap_memory_t memory;    /* the region: start, size, alias */
    const capheap_type_t *type; /* the region's */
    uint32_t tag;               /* the region's */
    uint32_t reasons;     /* CAPHEAP_REFUSED_*, all that hold; 0: it would serve the request now */
    capheap_caps_t lacks; /* asked for, and not there */
    capheap_caps_t forbidden;    /* there, and not to be */
    capheap_masters_t unreached; /* asked for, and don't reach it */
    size_t needed; /* bytes that the block would take here, whole granules and cache lines; SIZE_MAX
                      if that passes it */
    size_t largest;    /* bytes in one piece now; 0 if held back */
    size_t kept;       /* bytes that stay free for others than this request, of all reserves; ... */
    size_t kept_piece; /* ... of them in one piece */
} capheap_refusal_t;

/*
 * Ask every region of the heap, in order of address. Writes the first `max` answers to out (may be
 * NULL if max is 0) and returns how many regions there are. Of a request with preferences the last
 * is explained, which asks least: by its capabilities alone, or, if it names none and no tag, with
 * the last preference. The figures are of one moment for each region. O(regions^2).
 *
 * Exact: where no region changes in between, the request is served if and only if one of them has
 * no reason. Nothing changes by it.
 */
size_t capheap_explain(capheap_heap_t *heap, const capheap_request_t *request,
                       capheap_refusal_t *out, size_t max);

/*
 * The same in English: a line for the request, one for each region. At most size - 1 characters
 * and a 0 are written to text (may be NULL if size is 0); returns how many characters the whole
 * has, so a result of `size` or more means that it was cut. Masters are named after the first chip
 * that was added. O(regions^2).
 */
size_t capheap_explain_text(capheap_heap_t *heap, const capheap_request_t *request, char *text,
                            size_t size);

#ifdef __cplusplus
}
#endif

#endif
