# SPDX-License-Identifier: MIT
# A fleet's state as JSON: made, grouped, corrected, summed up.
def noise: (. * 7919 + 104729) % 997;
[range(160) | {
    id: "dev-\(.)",
    site: ["north", "south", "east"][. % 3],
    firmware: "1.\(noise % 4).\(noise % 10)",
    heap: {free: (noise * 311 % 200000), largest: (noise * 127 % 60000)},
    tags: [range(noise % 5) | "tag\(.)"],
    samples: [range(4) | noise * 31 % 1000 / 10]
}]
| map(.health = (if .heap.largest < 8192 then "low" elif .heap.free < 40000 then "watch" else "ok" end))
| group_by(.site)
| map({
    site: .[0].site,
    devices: length,
    versions: (group_by(.firmware) | map({key: .[0].firmware, value: length}) | from_entries),
    low: [.[] | select(.health == "low") | .id],
    mean: ([.[].samples[]] | add / length),
    worst: (min_by(.heap.largest) | {id, heap}),
    text: (map("\(.id)=\(.health)") | join(","))
})
