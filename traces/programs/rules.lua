-- SPDX-License-Identifier: MIT
-- A home gateway's rule engine: events come in, rules written as text are compiled and matched,
-- timers run as coroutines, a log is kept in a ring.

local seed = 12345
local function random(n)
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed // 65536 % n
end

local rules = {
    { "sensor/%w+/temperature", "return v > 26", "fan/%s/on" },
    { "sensor/%w+/temperature", "return v < 18", "heater/%s/on" },
    { "sensor/%w+/humidity", "return v > 70", "fan/%s/on" },
    { "sensor/%w+/motion", "return v > 0", "light/%s/on" },
    { "button/%w+", "return true", "scene/%s" },
}
for _, rule in ipairs(rules) do
    rule.test = load("local v, state = ... ; " .. rule[2])
end

local rooms = { "kitchen", "bath", "hall", "office", "cellar", "attic" }
local kinds = { "temperature", "humidity", "motion" }
local state, log, timers = {}, {}, {}

local function note(text)
    log[#log + 1] = string.format("%06d %s", #log, text)
    if #log > 200 then
        table.move(log, 51, #log, 1)
        for i = #log - 49, #log do
            log[i] = nil
        end
    end
end

local function after(ticks, action)
    timers[#timers + 1] = coroutine.create(function()
        for _ = 1, ticks do
            coroutine.yield()
        end
        action()
    end)
end

local function tick()
    local left = {}
    for _, timer in ipairs(timers) do
        assert(coroutine.resume(timer))
        if coroutine.status(timer) ~= "dead" then
            left[#left + 1] = timer
        end
    end
    timers = left
end

local function handle(topic, value)
    local room = topic:match("/(%w+)")
    state[room] = state[room] or {}
    state[room][topic] = value
    for _, rule in ipairs(rules) do
        if topic:match(rule[1]) and rule.test(value, state) then
            local command = rule[3]:format(room)
            note(topic .. "=" .. value .. " -> " .. command)
            after(5 + random(20), function()
                note(command:gsub("on$", "off"))
            end)
        end
    end
end

for i = 1, 1200 do
    local room = rooms[1 + random(#rooms)]
    if random(10) == 0 then
        handle("button/" .. room, 1)
    else
        handle("sensor/" .. room .. "/" .. kinds[1 + random(3)], random(100))
    end
    tick()
    if i % 100 == 0 then
        local parts = {}
        for name, values in pairs(state) do
            for topic, value in pairs(values) do
                parts[#parts + 1] = ("%q:{%q:%d}"):format(name, topic, value)
            end
        end
        note("report of " .. #table.concat(parts, ",") .. " bytes")
    end
end
print(#log, #timers)
