/* SPDX-License-Identifier: MIT */
/* When this program itself is where a chip's memory should be. */
#ifndef LAYOUT_RETRY_H
#define LAYOUT_RETRY_H

/* Start the program again, with these arguments, without Linux placing it at random. Returns only
 * if it runs so already, or if that can't be done. */
void layout_retry(char *const argv[]);

#endif
