/* SPDX-License-Identifier: MIT */
/* Inside the policy: what its files share. */
#ifndef POLICY_PARTS_H
#define POLICY_PARTS_H

#include "policy.h"

#define POLICY_MATCHES 1021u /* remembered at once: places of a hash table */

struct policy_match {
    size_t program;
    uint32_t site;
    uint32_t task;
    size_t payer;
    bool known;
};

#endif
