/* SPDX-License-Identifier: MIT */
/* Refusals in English, written without the standard library. */
#include "capheap/explain.h"

#include "heap_internal.h"

/* Where the text goes, and how much there would be. */
typedef struct text {
    char *out;
    size_t size;
    size_t length;
} text_t;

static void put_char(text_t *text, char character) {
    if (text->length + 1 < text->size) {
        text->out[text->length] = character;
    }
    text->length++;
}

static void put(text_t *text, const char *words) {
    while (*words != '\0') {
        put_char(text, *words++);
    }
}

static void put_number(text_t *text, size_t number) {
    char digits[sizeof(size_t) * 3];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    while (count > 0) {
        put_char(text, digits[--count]);
    }
}

/* At least eight digits. */
static void put_address(text_t *text, uintptr_t address) {
    int shift = (int)sizeof(address) * 8 - 4;
    while (shift > 28 && address >> shift == 0) {
        shift -= 4;
    }
    for (; shift >= 0; shift -= 4) {
        put_char(text, "0123456789ABCDEF"[(address >> shift) & 15]);
    }
}

typedef struct named_cap {
    capheap_caps_t bit;
    const char *name;
} named_cap_t;

static const named_cap_t named_caps[] = {
    {CAPHEAP_EXEC, "EXEC"},
    {CAPHEAP_32BIT, "32BIT"},
    {CAPHEAP_8BIT, "8BIT"},
    {CAPHEAP_DMA, "DMA"},
    {CAPHEAP_PID2, "PID2"},
    {CAPHEAP_PID3, "PID3"},
    {CAPHEAP_PID4, "PID4"},
    {CAPHEAP_PID5, "PID5"},
    {CAPHEAP_PID6, "PID6"},
    {CAPHEAP_PID7, "PID7"},
    {CAPHEAP_SPIRAM, "SPIRAM"},
    {CAPHEAP_INTERNAL, "INTERNAL"},
    {CAPHEAP_DEFAULT, "DEFAULT"},
    {CAPHEAP_IRAM_8BIT, "IRAM_8BIT"},
    {CAPHEAP_RETENTION, "RETENTION"},
    {CAPHEAP_RTCRAM, "RTCRAM"},
    {CAPHEAP_SPM, "SPM"},
    {CAPHEAP_DMA_DESC_AHB, "DMA_DESC_AHB"},
    {CAPHEAP_DMA_DESC_AXI, "DMA_DESC_AXI"},
    {CAPHEAP_CACHE_ALIGNED, "CACHE_ALIGNED"},
    {CAPHEAP_SIMD, "SIMD"},
    {CAPHEAP_ATOMIC, "ATOMIC"},
    {CAPHEAP_INVALID, "INVALID"},
};

static const char *cap_name(capheap_caps_t bit) {
    for (size_t i = 0; i < sizeof(named_caps) / sizeof(named_caps[0]); i++) {
        if (named_caps[i].bit == bit) {
            return named_caps[i].name;
        }
    }
    return NULL;
}

/* One name after the other; a bit without one by its number. */
static void put_caps(text_t *text, capheap_caps_t caps) {
    for (unsigned i = 0; i < 32; i++) {
        capheap_caps_t bit = (capheap_caps_t)1 << i;
        if ((caps & bit) == 0) {
            continue;
        }
        const char *name = cap_name(bit);
        put_char(text, ' ');
        put(text, name != NULL ? name : "bit ");
        if (name == NULL) {
            put_number(text, i);
        }
    }
}

static void put_masters(text_t *text, const capheap_heap_t *heap, capheap_masters_t masters) {
    for (unsigned i = 0; i < CAPHEAP_MASTERS_MAX; i++) {
        if ((masters & (capheap_masters_t)1 << i) == 0) {
            continue;
        }
        bool named = i < heap->master_count;
        put(text, named ? " " : " master ");
        if (named) {
            put(text, heap->master_names[i]);
        } else {
            put_number(text, i);
        }
    }
}

static void put_request(text_t *text, const capheap_heap_t *heap,
                        const capheap_request_t *request) {
    put_number(text, request->size);
    put(text, " bytes");
    if (request->alignment > 1) {
        put(text, " aligned to ");
        put_number(text, request->alignment);
    }
    if (request->caps != 0) {
        put(text, " with");
        put_caps(text, request->caps);
    }
    if (request->caps == 0 && request->tag == NULL && request->prefer_count != 0) {
        put(text, " with, at last,");
        put_caps(text, request->prefer[request->prefer_count - 1]);
    }
    if (request->without != 0) {
        put(text, " without");
        put_caps(text, request->without);
    }
    if (request->masters != 0) {
        put(text, " for");
        put_masters(text, heap, request->masters);
    }
    if (request->tag != NULL) {
        put(text, " tagged ");
        put_number(text, *request->tag);
    }
    put(text, ":\n");
}

/* Reasons of a few words, in the order in which they are told. */
typedef struct phrase {
    uint32_t reason;
    const char *words;
} phrase_t;

static const phrase_t phrases[] = {
    {CAPHEAP_REFUSED_NOTHING, "nothing was asked for"},
    {CAPHEAP_REFUSED_HELD, "held back until start-up is over"},
    {CAPHEAP_REFUSED_TAG, "has another tag"},
    {CAPHEAP_REFUSED_LACKS, "lacks"},
    {CAPHEAP_REFUSED_FORBIDDEN, "has, and must not,"},
    {CAPHEAP_REFUSED_MASTERS, "not reached by"},
    {CAPHEAP_REFUSED_ALIAS, "EXEC by its alias can't do 8BIT or DMA"},
    {CAPHEAP_REFUSED_OWNERS, "keeps no owners"},
    {CAPHEAP_REFUSED_RETAINED, "kept over sleep, and RETENTION not asked for"},
    {CAPHEAP_REFUSED_QUOTA, "over its owner's quota"},
    {CAPHEAP_REFUSED_RESERVE, "held in reserve: "},
    {CAPHEAP_REFUSED_SMALL, "too small: largest "},
    {CAPHEAP_REFUSED_ALIGNMENT, "no piece for that alignment: largest "},
};

static void put_details(text_t *text, const capheap_heap_t *heap, uint32_t reason,
                        const capheap_refusal_t *refusal) {
    if (reason == CAPHEAP_REFUSED_LACKS) {
        put_caps(text, refusal->lacks);
    } else if (reason == CAPHEAP_REFUSED_FORBIDDEN) {
        put_caps(text, refusal->forbidden);
    } else if (reason == CAPHEAP_REFUSED_MASTERS) {
        put_masters(text, heap, refusal->unreached);
    } else if (reason == CAPHEAP_REFUSED_RESERVE) {
        put_number(text, refusal->kept);
        put(text, " bytes");
    } else if (reason == CAPHEAP_REFUSED_SMALL || reason == CAPHEAP_REFUSED_ALIGNMENT) {
        put_number(text, refusal->largest);
        put(text, ", needed ");
        put_number(text, refusal->needed);
    }
}

static void put_refusal(text_t *text, const capheap_heap_t *heap,
                        const capheap_refusal_t *refusal) {
    put(text, "  ");
    put(text, refusal->type->name != NULL ? refusal->type->name : "memory");
    put(text, " at ");
    put_address(text, refusal->memory.start);
    /* What will never serve it need not be told that it is full. */
    uint32_t never = ~(CAPHEAP_REFUSED_SMALL | CAPHEAP_REFUSED_ALIGNMENT);
    uint32_t reasons = refusal->reasons;
    if ((reasons & never) != 0) {
        reasons &= never;
    }
    const char *between = ": ";
    for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
        if ((reasons & phrases[i].reason) != 0) {
            put(text, between);
            put(text, phrases[i].words);
            put_details(text, heap, phrases[i].reason, refusal);
            between = "; ";
        }
    }
    put(text, reasons == 0 ? ": would serve it\n" : "\n");
}

size_t capheap_explain_text(capheap_heap_t *heap, const capheap_request_t *request, char *out,
                            size_t size) {
    text_t text = {.out = out, .size = size};
    capheap_refusal_t refusal;
    put_request(&text, heap, request);
    for (uintptr_t from = 0; capheap_explain_next(heap, request, from, &refusal);
         from = refusal.memory.start + 1) {
        put_refusal(&text, heap, &refusal);
    }
    if (size != 0) {
        out[text.length < size ? text.length : size - 1] = '\0';
    }
    return text.length;
}
