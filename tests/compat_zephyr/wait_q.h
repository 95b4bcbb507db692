/* SPDX-License-Identifier: MIT */
#ifndef WAIT_Q_H
#define WAIT_Q_H

#include <zephyr/kernel.h>

void z_waitq_init(_wait_q_t *wait_q);

#endif
