#!lua
-- Drops entries of one index whose document is gone or filed elsewhere by now. KEYS: the index;
-- ARGV: prefix of documents ('' on a cluster, where they are out of reach), then member, at, place for each.
for i = 2, #ARGV, 3 do
  local member, at, place = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local filed = redis.call('ZSCORE', KEYS[1], member)
  if filed and tonumber(filed) == tonumber(at) then
    local there = false
    if ARGV[1] ~= '' then
      local text = redis.call('GET', ARGV[1] .. member)
      while text and (string.find(text, '^[!+~@]')) do
        text = string.sub(text, string.find(text, '\n', 1, true) + 1)
      end
      local places = text and string.match(text, '^#([^\n]*)\n')
      there = places and string.find(' ' .. places .. ' ', ' ' .. place .. ' ', 1, true)
    end
    if not there then redis.call('ZREM', KEYS[1], member) end
  end
end
return 1
