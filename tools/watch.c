/* SPDX-License-Identifier: MIT */
#include "watch.h"

#include <stdlib.h>

/* The heap's signal, in the midst of a call: which one, watch_step tells. */
static void note_signal(const capheap_mark_t *mark, bool low) {
    watch_t *watch = mark->context;
    capheap_figures_t figures;
    watch_signal_t *signals =
        realloc(watch->signals, (watch->signal_count + 1) * sizeof *watch->signals);
    if (signals == NULL) {
        watch->lost = true;
        return;
    }
    capheap_get_figures(watch->heap, mark->caps, &figures);
    watch->signals = signals;
    watch->signals[watch->signal_count++] =
        (watch_signal_t){.low = low, .free = figures.free, .largest = figures.largest};
    watch->fresh++;
}

bool watch_open(watch_t *watch, capheap_heap_t *heap) {
    watch->heap = heap;
    watch->sample_calls = 1;
    watch->mark.context = watch;
    watch->mark.signal = note_signal;
    return capheap_watch_mark(heap, &watch->mark) == CAPHEAP_OK;
}

static uint64_t least(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

static void join(watch_sample_t *sample, const watch_sample_t *other) {
    sample->free = least(sample->free, other->free);
    sample->largest = least(sample->largest, other->largest);
}

/* Pairs become one. */
static void halve(watch_t *watch) {
    for (size_t i = 0; i < WATCH_SAMPLES / 2; i++) {
        watch_sample_t both = watch->samples[2 * i];
        join(&both, &watch->samples[2 * i + 1]);
        watch->samples[i] = both;
    }
    watch->sample_count = WATCH_SAMPLES / 2;
    watch->sample_calls *= 2;
}

bool watch_step(watch_t *watch, uint64_t call, uint64_t time) {
    capheap_figures_t figures;
    for (; watch->fresh > 0; watch->fresh--) {
        watch_signal_t *signal = &watch->signals[watch->signal_count - watch->fresh];
        signal->call = call;
        signal->time = time;
    }
    watch->low_calls += watch->mark.is_low;
    capheap_get_figures(watch->heap, watch->mark.caps, &figures);
    watch_sample_t now = {figures.free, figures.largest};
    if (watch->calls % watch->sample_calls != 0) {
        join(&watch->samples[watch->sample_count - 1], &now);
    } else {
        if (watch->sample_count == WATCH_SAMPLES) {
            halve(watch);
        }
        watch->samples[watch->sample_count++] = now;
    }
    watch->calls++;
    return !watch->lost;
}

void watch_close(watch_t *watch) {
    free(watch->signals);
    watch->signals = NULL;
    watch->signal_count = 0;
}
