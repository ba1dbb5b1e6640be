#!lua flags=allow-oom
-- Undoes one commit that is in doubt. KEYS: what it wrote; ARGV: nonce, not after, then for each key the body before a
-- replace, as '=body', or ''. Returns 1, or 'early' while the commit may still arrive.
local call, byte, find, sub = redis.call, string.byte, string.find, string.sub
local nonce = ARGV[1]

local time = call('TIME')
if time[1] * 1000 + time[2] / 1000 <= tonumber(ARGV[2]) then return 'early' end

for i = 1, #KEYS do
  local text = call('GET', KEYS[i])
  if text then
    local consumed, mark, at = '', '', 1
    if byte(text, 1) == 33 then -- !
      local stop = find(text, '\n', 1, true)
      consumed, at = sub(text, 1, stop), stop + 1
    end
    local first = byte(text, at)
    if first == 43 or first == 126 then -- + ~
      local stop = find(text, '\n', at, true)
      mark, at = sub(text, at, stop), stop + 1
    end
    if mark == '+' .. nonce .. '\n' then
      call('DEL', KEYS[i])
    else
      local rest, changed = sub(text, at), false
      if sub(consumed, 2, #nonce + 2) == nonce .. ' ' then consumed, changed = '', true end
      if mark == '~' .. nonce .. '\n' then
        mark, changed = '', true
        local before = ARGV[i + 2]
        if before ~= '' then
          local start = 1
          while byte(rest, start) == 64 or byte(rest, start) == 35 do -- @ #
            start = find(rest, '\n', start, true) + 1
          end
          local stop = find(rest, '\n', start, true)
          rest = sub(rest, 1, start - 1) .. sub(before, 2) .. (stop and sub(rest, stop) or '')
        end
      end
      if changed then call('SET', KEYS[i], consumed .. mark .. rest, 'KEEPTTL') end
    end
  end
end
return 1
