#!lua
-- KEYS: counters; ARGV: the window in milliseconds, which starts with the first increment of a counter.
local values = {}
for i = 1, #KEYS do
  values[i] = redis.call('INCR', KEYS[i])
  if values[i] == 1 then redis.call('PEXPIRE', KEYS[i], ARGV[1]) end
end
return values
