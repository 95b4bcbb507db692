/* SPDX-License-Identifier: MIT */
/* What options tell of the policy, understood. A text is taken apart in a copy of its own. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "policy.h"
#include "units.h"

#define RULES   "internal-up-to=SIZE, external-from=SIZE, order=TYPE:TYPE"
#define RESERVE "CAPS:BYTES or CAPS:BYTES:PIECE, such as DMA,INTERNAL:32K:8K"
#define QUOTA   "PROGRAM[/TASK][@SITE]=LIMIT[:IN], such as lua=64K"
#define MARK    "CAPS:free=LOW-HIGH,largest=LOW-HIGH, such as DMA:free=32K-40K"

/* A size that the heap of this build can be told. */
static bool read_size(const char *text, size_t *size, problem_t *problem) {
    uint64_t value = 0;
    if (!units_parse_size(text, &value, problem)) {
        return false;
    }
    *size = value < SIZE_MAX ? (size_t)value : SIZE_MAX;
    return true;
}

/* Room for one more; *array is moved. */
static void *append(void *array, size_t *count, size_t item, problem_t *problem) {
    char *grown = NULL;
    memcpy(&grown, array, sizeof grown);
    grown = realloc(grown, (*count + 1) * item);
    if (grown == NULL) {
        problem_set(problem, "out of memory");
        return NULL;
    }
    memcpy(array, &grown, sizeof grown);
    memset(grown + *count * item, 0, item);
    return grown + (*count)++ * item;
}

/* Cut at the first of `character`: what is behind it, or NULL. */
static char *cut(char *text, char character) {
    char *at = strchr(text, character);
    if (at != NULL) {
        *at++ = '\0';
    }
    return at;
}

/* ----------------------------------------------------------------------------------------- rules
 */

static bool read_rule(policy_t *policy, char *rule, problem_t *problem) {
    char *value = cut(rule, '=');
    if (value != NULL && strcmp(rule, "internal-up-to") == 0) {
        return read_size(value, &policy->placement.internal_up_to, problem);
    }
    if (value != NULL && strcmp(rule, "external-from") == 0) {
        return read_size(value, &policy->placement.external_from, problem);
    }
    if (value != NULL && strcmp(rule, "order") == 0) {
        free(policy->order_text);
        policy->order_text = strdup(value);
        return policy->order_text != NULL || problem_set(problem, "out of memory");
    }
    return problem_set(problem, "'%.64s' is no rule; there are " RULES, rule);
}

bool policy_read_rules(policy_t *policy, const char *text, problem_t *problem) {
    char *copy = strdup(text);
    bool read = copy != NULL || problem_set(problem, "out of memory");
    for (char *rule = copy; rule != NULL && read;) {
        char *next = cut(rule, ',');
        read = read_rule(policy, rule, problem);
        rule = next;
    }
    free(copy);
    return read;
}

static bool find_type(const capheap_chip_t *chip, const char *name, uint32_t *tag) {
    for (uint32_t i = 0; i < chip->type_count; i++) {
        if (strcasecmp(chip->types[i].name, name) == 0) {
            *tag = i;
            return true;
        }
    }
    return false;
}

static bool read_order(policy_t *policy, const capheap_chip_t *chip, problem_t *problem) {
    char *copy = strdup(policy->order_text);
    bool read = copy != NULL || problem_set(problem, "out of memory");
    for (char *name = copy; name != NULL && read;) {
        char *next = cut(name, ':');
        uint32_t *tag = append(&policy->order, &policy->order_count, sizeof *tag, problem);
        read = tag != NULL;
        if (read && !find_type(chip, name, tag)) {
            read = problem_set(problem,
                               "--policy: %s has no memory of type '%.64s'; `capheap chip %s` "
                               "lists its types",
                               chip->name, name, chip->name);
        }
        name = next;
    }
    free(copy);
    return read;
}

/* --------------------------------------------------------------------------------------- reserve
 */

/* What the option meant once. */
static bool is_range(const char *text) {
    capheap_range_t range = {0};
    problem_t ignored;
    bool is = strcmp(text, "usual") == 0 || units_parse_range(text, &range, &ignored);
    free((char *)range.name);
    return is;
}

static bool fill_reserve(const policy_t *policy, policy_reserve_t *reserve, char *text,
                         problem_t *problem) {
    char *bytes = cut(text, ':');
    char *piece = bytes != NULL ? cut(bytes, ':') : NULL;
    if (bytes == NULL) {
        return problem_set(problem, "'%.64s' is no reserve; write it like " RESERVE, text);
    }
    if (!units_parse_caps(text, &reserve->caps, problem) ||
        !read_size(bytes, &reserve->bytes, problem) ||
        (piece != NULL && !read_size(piece, &reserve->piece, problem))) {
        return false;
    }
    if (reserve->bytes == 0) {
        return problem_set(problem, "a reserve of no bytes is none");
    }
    for (size_t i = 0; &policy->reserves[i] != reserve; i++) {
        if (policy->reserves[i].caps == reserve->caps) {
            return problem_set(problem, "there are two reserves for %.64s", text);
        }
    }
    return reserve->piece <= reserve->bytes ||
           problem_set(problem, "a reserve of %.64s can't have a piece of %.64s", bytes, piece);
}

bool policy_read_reserve(policy_t *policy, const char *text, problem_t *problem) {
    if (is_range(text)) {
        return problem_set(problem,
                           "'%.64s' names addresses; write --reserved-range %.64s (--reserve is "
                           "what the heap keeps free: " RESERVE ")",
                           text, text);
    }
    policy_reserve_t *reserve =
        append(&policy->reserves, &policy->reserve_count, sizeof *reserve, problem);
    char *copy = strdup(text);
    bool read = reserve != NULL && copy != NULL && fill_reserve(policy, reserve, copy, problem);
    free(copy);
    return read;
}

/* ---------------------------------------------------------------------------------------- quotas
 */

static char *pattern(const char *text) {
    return text != NULL && text[0] != '\0' ? strdup(text) : NULL;
}

static bool fill_quota(policy_quota_t *quota, char *text, problem_t *problem) {
    char *limit = strrchr(text, '=');
    if (limit == NULL || limit == text) {
        return problem_set(problem, "'%.64s' is no quota; write it like " QUOTA, text);
    }
    *limit++ = '\0';
    char *in = cut(limit, ':');
    quota->who = strdup(text);
    quota->in = POLICY_NOBODY;
    quota->in_text = in != NULL ? strdup(in) : NULL;
    char *site = cut(text, '@');
    char *task = cut(text, '/');
    quota->program = pattern(text);
    quota->task = pattern(task);
    quota->site = pattern(site);
    return read_size(limit, &quota->limit, problem);
}

bool policy_read_quota(policy_t *policy, const char *text, problem_t *problem) {
    if (policy->quota_count == CAPHEAP_OWNERS_MAX) {
        return problem_set(problem, "more than %d quotas", CAPHEAP_OWNERS_MAX);
    }
    policy_quota_t *quota = append(&policy->quotas, &policy->quota_count, sizeof *quota, problem);
    char *copy = strdup(text);
    bool read = quota != NULL && copy != NULL && fill_quota(quota, copy, problem);
    free(copy);
    return read;
}

bool policy_read_cell(policy_t *policy, const char *text, problem_t *problem) {
    if (!read_size(text, &policy->cell, problem)) {
        return false;
    }
    bool power = (policy->cell & (policy->cell - 1)) == 0;
    return (power && policy->cell >= POLICY_CELL_MIN && policy->cell <= POLICY_CELL_MAX) ||
           problem_set(problem, "'%.64s' is no power of two from %u to %u", text, POLICY_CELL_MIN,
                       POLICY_CELL_MAX);
}

static size_t find_quota(const policy_t *policy, const char *who) {
    for (size_t i = 0; i < policy->quota_count; i++) {
        if (strcmp(policy->quotas[i].who, who) == 0) {
            return i;
        }
    }
    return POLICY_NOBODY;
}

static bool nest_quotas(policy_t *policy, problem_t *problem) {
    for (size_t i = 0; i < policy->quota_count; i++) {
        policy_quota_t *quota = &policy->quotas[i];
        if (find_quota(policy, quota->who) != i) {
            return problem_set(problem, "--quota: '%.64s' has two limits", quota->who);
        }
        if (quota->in_text == NULL) {
            continue;
        }
        quota->in = find_quota(policy, quota->in_text);
        if (quota->in == POLICY_NOBODY || quota->in == i) {
            return problem_set(problem, "--quota: '%.64s' is in '%.64s', which is no %squota",
                               quota->who, quota->in_text, quota->in == i ? "other " : "");
        }
        if (policy->quotas[quota->in].in_text != NULL) {
            return problem_set(problem,
                               "--quota: '%.64s' is in '%.64s', which is in another itself; one "
                               "level is all there is",
                               quota->who, quota->in_text);
        }
    }
    return true;
}

/* ----------------------------------------------------------------------------------------- marks
 */

static bool read_limits(char *text, size_t *low, size_t *high, problem_t *problem) {
    char *until = cut(text, '-');
    if (!read_size(text, low, problem) || !read_size(until != NULL ? until : text, high, problem)) {
        return false;
    }
    return *high >= *low ||
           problem_set(problem, "it can't have recovered at %.64s, below %.64s", until, text);
}

static bool fill_mark(policy_mark_t *mark, char *text, problem_t *problem) {
    char *item = cut(text, ':');
    bool all = strcasecmp(text, "all") == 0;
    if (item == NULL) {
        return problem_set(problem, "'%.64s' is no mark; write it like " MARK, text);
    }
    if (!all && !units_parse_caps(text, &mark->caps, problem)) {
        return false;
    }
    for (char *next; item != NULL; item = next) {
        next = cut(item, ',');
        char *limits = cut(item, '=');
        bool pieces = strcmp(item, "largest") == 0;
        if (limits == NULL || (!pieces && strcmp(item, "free") != 0)) {
            return problem_set(problem, "'%.64s' is no limit; write the mark like " MARK, item);
        }
        if (!read_limits(limits, pieces ? &mark->largest_low : &mark->free_low,
                         pieces ? &mark->largest_high : &mark->free_high, problem)) {
            return false;
        }
    }
    return true;
}

bool policy_read_mark(policy_t *policy, const char *text, problem_t *problem) {
    policy_mark_t *mark = append(&policy->marks, &policy->mark_count, sizeof *mark, problem);
    char *copy = strdup(text);
    bool read = mark != NULL && copy != NULL && fill_mark(mark, copy, problem);
    free(copy);
    return read;
}

/* ------------------------------------------------------------------------------------------- all
 */

bool policy_finish(policy_t *policy, const capheap_chip_t *chip, problem_t *problem) {
    return (policy->order_text == NULL || read_order(policy, chip, problem)) &&
           nest_quotas(policy, problem);
}

void policy_free(policy_t *policy) {
    for (size_t i = 0; i < policy->quota_count; i++) {
        free(policy->quotas[i].who);
        free(policy->quotas[i].program);
        free(policy->quotas[i].task);
        free(policy->quotas[i].site);
        free(policy->quotas[i].in_text);
    }
    free(policy->quotas);
    free(policy->reserves);
    free(policy->marks);
    free(policy->order);
    free(policy->order_text);
    memset(policy, 0, sizeof *policy);
}
