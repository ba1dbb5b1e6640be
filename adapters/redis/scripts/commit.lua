#!lua
-- One commit on one slot: all conditions are checked in memory first, then everything is written.
-- ARGV: nonce, now, not after (by the server's clock), mode ('' plain, 'm' marked, 'u' marked and noted in the undo log,
-- 'd' dry run), prefix of documents ('' on a cluster, where a script can't reach them), milliseconds for which the undo
-- log is kept ('' without one), then the writes, one for each of KEYS. The undo log is one more of KEYS, the last.
-- The letters of the writes, as writes.ts and load.ts make them: p put, i insert, r replace, m merge, c consume, d remove,
-- z entry of an index, f tag of an index entry for a document that was loaded before.
-- Returns 1, 'late', or 'number-of-the-write reason detail'.
local call, byte, find, sub = redis.call, string.byte, string.find, string.sub
local nonce, now, mode = ARGV[1], tonumber(ARGV[2]), ARGV[4]

-- A commit may arrive late, from a socket that was frozen with the server. It must not be applied.
local time = call('TIME')
if time[1] * 1000 + time[2] / 1000 > tonumber(ARGV[3]) then return 'late' end

local docs, former, order, entries = {}, {}, {}, {}

-- The undo log is a list of rows: nonce, key, component, and the component before and after. undo.lua puts back what no
-- later row took over, so a commit that follows on another one notes what it writes too.
local count, log, rows, logged, touched, whole = #KEYS, nil, {}, {}, {}, {}
if ARGV[6] ~= '' then
  log, count = KEYS[count], count - 1
  rows = call('LRANGE', log, 0, -1)
  for n = 1, #rows, 5 do
    -- The rows were written with everything else on this slot, so this is a resend.
    if rows[n] == nonce then return 1 end
    local key, name = rows[n + 1], rows[n + 2]
    logged[key] = logged[key] or {}
    if name ~= 'document' and name ~= '+' then logged[key][name] = true end
  end
end

local function is_noted(key) return log and (mode == 'u' or logged[key]) end

local function touch(key, name)
  touched[key] = touched[key] or {}
  touched[key][name] = true
end

local function parse(text)
  local doc, at, first, stop = {}, 1, byte(text, 1), nil
  if first == 33 then -- !
    stop = find(text, '\n', at, true)
    doc.consumed, at = sub(text, at + 1, stop - 1), stop + 1
    first = byte(text, at)
  end
  if first == 43 or first == 126 then -- + ~
    stop = find(text, '\n', at, true)
    doc.mark, at = sub(text, at, stop - 1), stop + 1
    first = byte(text, at)
  end
  if first == 64 then -- @
    stop = find(text, '\n', at, true)
    doc.expires, at = sub(text, at + 1, stop - 1), stop + 1
    if tonumber(doc.expires, 36) <= now then return false end
    first = byte(text, at)
  end
  if first == 35 then -- #
    stop = find(text, '\n', at, true)
    doc.tags, at = sub(text, at + 1, stop - 1), stop + 1
  end
  doc.rest = at == 1 and text or sub(text, at)
  return doc
end

local function look(key)
  local doc = docs[key]
  if doc == nil then
    local text = call('GET', key)
    doc = text and parse(text) or false
    docs[key], former[key] = doc, doc and text
  end
  return doc
end

local function write(key, doc)
  if not order[key] then
    order[#order + 1] = key
    order[key] = true
  end
  docs[key] = doc
end

local function set_body(doc, body)
  local stop = find(doc.rest, '\n', 1, true)
  doc.rest = stop and body .. sub(doc.rest, stop) or body
end

local function set_field(doc, name, value)
  local rest = doc.rest
  local start = find(rest, '\n' .. name .. ' ', 1, true)
  local line = byte(value, 1) == 61 and '\n' .. name .. ' ' .. sub(value, 2) or ''
  if start then
    local stop = find(rest, '\n', start + 1, true)
    doc.rest = sub(rest, 1, start - 1) .. line .. (stop and sub(rest, stop) or '')
  else
    doc.rest = rest .. line
  end
end

-- Body, lifetime, index tags, fields. An empty text keeps the present value.
local function change(key, doc, a, expected)
  local last = a + 3 + 2 * tonumber(ARGV[a + 3])
  if logged[key] then
    -- A write that replaces a body by the same body changes nothing: it only checks that the body is still there.
    if ARGV[a] ~= '' and sub(ARGV[a], 2) ~= expected then touch(key, '=') end
    if ARGV[a + 1] ~= '' then touch(key, '@') end
    if ARGV[a + 2] ~= '' then touch(key, '#') end
    for p = a + 4, last, 2 do touch(key, ARGV[p] .. ' ') end
  end
  if ARGV[a] ~= '' then set_body(doc, sub(ARGV[a], 2)) end
  if ARGV[a + 1] ~= '' then doc.expires = ARGV[a + 1] end
  if ARGV[a + 2] ~= '' then doc.tags = ARGV[a + 2] end
  for p = a + 4, last, 2 do set_field(doc, ARGV[p], ARGV[p + 1]) end
  return last + 1
end

local function skip_change(a) return a + 4 + 2 * tonumber(ARGV[a + 3]) end

local a, passed_over = 7, false
for i = 1, count do
  local key, op = KEYS[i], ARGV[a]
  if op == 'z' then
    if not passed_over then
      entries[#entries + 1] = { key, ARGV[a + 1], ARGV[a + 2], ARGV[a + 3] }
    end
    a = a + 4
  else
    passed_over = false
    if op == 'p' then
      local before = docs[key]
      whole[key] = true
      write(key, {
        expires = ARGV[a + 1] ~= '' and ARGV[a + 1] or nil,
        tags = ARGV[a + 2] ~= '' and ARGV[a + 2] or nil,
        consumed = ARGV[a + 3] ~= '' and ARGV[a + 3] or nil,
        rest = ARGV[a + 4],
        unseen = before == nil or (before and before.unseen),
      })
      a = a + 5
    elseif op == 'd' then
      write(key, false)
      a = a + 1
    else
      local doc = look(key)
      if op == 'i' then
        if doc then
          if not order[key] and doc.mark == '+' .. nonce then return 1 end
          return i .. ' exists ' .. (doc.mark or '')
        end
        write(key, {
          expires = ARGV[a + 1] ~= '' and ARGV[a + 1] or nil,
          tags = ARGV[a + 2] ~= '' and ARGV[a + 2] or nil,
          rest = ARGV[a + 3],
          mark = '+' .. nonce,
        })
        a = a + 4
      elseif op == 'c' then
        if not doc then return i .. ' absent' end
        if doc.consumed then
          if not order[key] and sub(doc.consumed, 1, #nonce + 1) == nonce .. ' ' then return 1 end
          return i .. ' consumed ' .. doc.consumed
        end
        doc.consumed = nonce .. ' ' .. ARGV[a + 1]
        write(key, doc)
        a = a + 2
      elseif op == 'r' then
        if not doc then return i .. ' absent' end
        if not order[key] and doc.mark == '~' .. nonce then return 1 end
        local expected, stop = ARGV[a + 1], find(doc.rest, '\n', 1, true)
        if (stop and sub(doc.rest, 1, stop - 1) or doc.rest) ~= expected then
          return i .. ' changed ' .. (doc.mark or '')
        end
        -- The mark of the commit that has created the document is lost, and the log keeps it.
        if log and byte(doc.mark or '~') == 43 then logged[key] = logged[key] or {} end
        a = change(key, doc, a + 2, expected)
        -- A document that this commit created keeps the mark by which all of it can be undone.
        if doc.mark ~= '+' .. nonce then doc.mark = '~' .. nonce end
        write(key, doc)
      elseif op == 'm' then
        if doc then
          a = change(key, doc, a + 2)
          write(key, doc)
        elseif ARGV[a + 1] == 'refuse' then
          return i .. ' absent'
        else
          passed_over = true
          a = skip_change(a + 2)
        end
      elseif op == 'f' then
        if doc then
          if not find(' ' .. (doc.tags or '') .. ' ', ' ' .. ARGV[a + 1] .. ' ', 1, true) then
            doc.tags = doc.tags and doc.tags .. ' ' .. ARGV[a + 1] or ARGV[a + 1]
          end
          write(key, doc)
        else
          passed_over = true
        end
        a = a + 2
      end
    end
  end
end

if mode == 'd' then return 1 end

-- The lines of a document by the name of their component: a sign for each line of the header, '=' for the body, and the
-- name of a field with the space behind it.
local function components(text)
  local parts, at = {}, 1
  while at do
    local stop = find(text, '\n', at, true)
    local line, sign = sub(text, at, stop and stop - 1), byte(text, at)
    if sign == 33 or sign == 43 or sign == 126 or sign == 64 or sign == 35 then -- ! + ~ @ #
      parts[(sign == 43 or sign == 126) and '+' or sub(line, 1, 1)] = line
      at = stop + 1
    else
      parts['='], at = line, stop and stop + 1
      break
    end
  end
  while at do
    local stop = find(text, '\n', at, true)
    parts[sub(text, at, find(text, ' ', at, true))] = sub(text, at, stop and stop - 1)
    at = stop and stop + 1
  end
  return parts
end

local noted = 0
local function note(key, name, before, after)
  call('RPUSH', log, nonce, key, name, before or '', after or '')
  noted = noted + 1
end

local function former_text(key)
  if former[key] == nil then
    local text = call('GET', key)
    former[key] = text and parse(text) and text
  end
  return former[key]
end

-- A document that this commit creates is undone by its mark, and a consumption by its nonce.
local function note_changes(key, text)
  local before = former_text(key)
  if not before or not text then
    if before or logged[key] then note(key, 'document', before and '=' .. before) end
    return
  end
  local from, to = components(before), components(text)
  local is_created = byte(from['+'] or '~') == 43
  -- Only the mark of the commit that has created the document is put back. It comes first: undo.lua looks behind it.
  if is_created and to['+'] ~= from['+'] then note(key, '+', '=' .. from['+'], to['+'] and '=' .. to['+']) end
  from['+'], to['+'] = nil, nil
  if not logged[key] and to['!'] and sub(to['!'], 2, #nonce + 2) == nonce .. ' ' then to['!'] = from['!'] end
  local is_whole = whole[key] and (logged[key] or is_created)
  local written = is_whole and logged[key] or touched[key] or {}
  for name, line in pairs(from) do
    if to[name] ~= line or written[name] or is_whole then
      note(key, name, '=' .. line, to[name] and '=' .. to[name])
    end
  end
  for name, line in pairs(to) do
    if not from[name] then note(key, name, nil, '=' .. line) end
  end
  for name in pairs(written) do
    if not from[name] and not to[name] then note(key, name) end
  end
end

local gone = {}
for n = 1, #order do
  local key = order[n]
  local doc = docs[key]
  local left = doc and doc.expires and tonumber(doc.expires, 36) - now
  if not doc or (left and left <= 0) then
    gone[#gone + 1] = key
    if is_noted(key) then note_changes(key) end
  else
    local consumed = doc.consumed and '!' .. doc.consumed .. '\n' or ''
    local rest = (doc.expires and '@' .. doc.expires .. '\n' or '')
      .. (doc.tags and '#' .. doc.tags .. '\n' or '')
      .. doc.rest
    local made = false
    if doc.unseen and mode == 'u' and not former_text(key) then
      doc.mark = '+' .. nonce
    elseif doc.unseen and mode == 'm' then
      -- A document that this commit creates can be undone by its mark; one that it overwrites can't.
      local text = consumed .. '+' .. nonce .. '\n' .. rest
      made = left and call('SET', key, text, 'NX', 'PX', left) or not left and call('SET', key, text, 'NX')
    end
    if not made then
      local text = consumed .. (doc.mark and doc.mark .. '\n' or '') .. rest
      if is_noted(key) then note_changes(key, text) end
      if left then call('SET', key, text, 'PX', left) else call('SET', key, text) end
    end
  end
end
for n = 1, #gone do call('DEL', gone[n]) end

for n = 1, #entries do
  local index, at, member, expires = unpack(entries[n])
  local left = expires ~= '' and tonumber(expires, 36) - now
  if not left or left > 0 then
    local had = call('PTTL', index)
    if is_noted(index) then
      local score = call('ZSCORE', index, member)
      if score and (logged[index] or tonumber(score) ~= tonumber(at)) then note(index, member, score, at) end
    end
    call('ZADD', index, at, member)
    if not left then
      if had >= 0 then call('PERSIST', index) end
    elseif had == -2 or (had >= 0 and had < left) then
      call('PEXPIRE', index, left)
    end
    local size = call('ZCARD', index)
    -- The member of an index by text has the text in front of the name of its document.
    if ARGV[5] ~= '' and size >= 32 and size % 16 == 0 and not find(member, '\n', 1, true) then
      for _, old in ipairs(call('ZRANGE', index, 0, 15)) do
        if call('EXISTS', ARGV[5] .. old) == 0 then call('ZREM', index, old) end
      end
    end
  end
end

if noted > 0 then
  call('LTRIM', log, -5 * math.max(noted, 64), -1)
  call('PEXPIRE', log, ARGV[6])
end
return 1
