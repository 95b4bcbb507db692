# SPDX-License-Identifier: MIT
"""A gateway in Python: three sensor threads, a filter and a writer, with queues between them. Only
modules that are built in, so that next to nothing is compiled."""

import _queue
import _thread

COUNT = 120


def sense(number, out):
    value = number * 97
    for i in range(COUNT):
        value = (value * 1103515245 + 12345) % 65536
        out.put({"sensor": f"s{number}", "at": i, "value": value % 100, "raw": bytes(value % 64)})
    out.put(None)


def smooth(source, sink):
    last, ended = {}, 0
    while ended < 3:
        reading = source.get()
        if reading is None:
            ended += 1
            continue
        window = last.setdefault(reading["sensor"], [])
        window.append(reading["value"])
        del window[:-8]
        reading["mean"] = sum(window) / len(window)
        reading["raw"] = reading["raw"].hex()
        sink.put(";".join(f"{key}={value}" for key, value in sorted(reading.items())))
    sink.put(None)


def write(source, done):
    lines = []
    while True:
        text = source.get()
        if text is None:
            break
        lines.append(text)
        if len(lines) > 50:
            del lines[:25]
    done.put(lines)


raw, ready, done = _queue.SimpleQueue(), _queue.SimpleQueue(), _queue.SimpleQueue()
for sensor in range(3):
    _thread.start_new_thread(sense, (sensor, raw))
_thread.start_new_thread(smooth, (raw, ready))
_thread.start_new_thread(write, (ready, done))
print(len(done.get()))
