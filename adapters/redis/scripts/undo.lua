#!lua flags=allow-oom
-- Takes back one commit whose outcome was never learned. KEYS: what it wrote; ARGV: nonce, not after, then for each key
-- the body a replace found, as '=body', or ''. Answers 1, or 'early' while that commit may still arrive.
local call, byte, find, sub = redis.call, string.byte, string.find, string.sub
local nonce = ARGV[1]

local time = call('TIME')
if time[1] * 1000 + time[2] / 1000 <= tonumber(ARGV[2]) then return 'early' end

for i = 1, #KEYS do
  local text = call('GET', KEYS[i])
  if text then
    local claim, mark, at = '', '', 1
    if byte(text, 1) == 33 then -- !
      local stop = find(text, '\n', 1, true)
      claim, at = sub(text, 1, stop), stop + 1
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
      if sub(claim, 2, #nonce + 2) == nonce .. ' ' then claim, changed = '', true end
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
      if changed then call('SET', KEYS[i], claim .. mark .. rest, 'KEEPTTL') end
    end
  end
end
return 1
