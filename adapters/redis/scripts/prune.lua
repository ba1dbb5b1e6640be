#!lua
-- Removes entries of one index whose document is gone or no longer lists their tag. KEYS: the index;
-- ARGV: prefix of documents ('' on a cluster, where a script can't reach them), then member, at and tag of each.
for i = 2, #ARGV, 3 do
  local member, at, tag = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local score = redis.call('ZSCORE', KEYS[1], member)
  if score and tonumber(score) == tonumber(at) then
    local current = false
    if ARGV[1] ~= '' then
      local name = string.match(member, '\n(.*)$') or member
      local text = redis.call('GET', ARGV[1] .. name)
      while text and (string.find(text, '^[!+~@]')) do
        text = string.sub(text, string.find(text, '\n', 1, true) + 1)
      end
      local tags = text and string.match(text, '^#([^\n]*)\n')
      current = tags and string.find(' ' .. tags .. ' ', ' ' .. tag .. ' ', 1, true)
    end
    if not current then redis.call('ZREM', KEYS[1], member) end
  end
end
return 1
