/* SPDX-License-Identifier: MIT */
/* What the samples of docs/on-pico.md use of the Pico SDK, declared as its documentation tells
 * ("hardware_sync"), so that they can be compiled without it. */
#pragma once

void spin_lock_claim(unsigned int lock_num);
