/* SPDX-License-Identifier: MIT */
/* As much of Arduino as the example sketch uses. */
#ifndef ARDUINO_H
#define ARDUINO_H

#include <stdint.h>

#ifdef __cplusplus
class HostSerial {
  public:
    void begin(unsigned long baud);
    void print(const char *text);
    void println(const char *text);
};

extern HostSerial Serial;

void setup();
void loop();
#endif

#endif
