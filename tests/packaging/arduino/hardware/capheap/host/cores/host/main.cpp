/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "Arduino.h"

void HostSerial::begin(unsigned long) {
}

void HostSerial::print(const char *text) {
    fputs(text, stdout);
}

void HostSerial::println(const char *text) {
    puts(text);
}

HostSerial Serial;

int main() {
    setup();
    loop();
    return 0;
}
