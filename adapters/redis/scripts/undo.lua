#!lua flags=allow-oom
-- Undoes what one commit wrote on one slot, as the rows of the undo log say (commit.lua). KEYS: the undo log, then
-- documents and indexes. ARGV: nonce, now, not after (by the server's clock), 'shared' when the other commits note what
-- they take over, then for each further key 'z' for an index, and for a document the body before a replace, as '=body',
-- or ''. That body counts when there are no rows. Returns 1, or 'early' while the commit may still arrive.
local call, byte, find, sub = redis.call, string.byte, string.find, string.sub
local log, nonce, now, shared = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[4] == 'shared'

local time = call('TIME')
if time[1] * 1000 + time[2] / 1000 <= tonumber(ARGV[3]) then return 'early' end

-- As in commit.lua, and the names of the fields in order.
local function components(text)
  local parts, fields, at = {}, {}, 1
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
    local name = sub(text, at, find(text, ' ', at, true))
    parts[name], fields[#fields + 1] = sub(text, at, stop and stop - 1), name
    at = stop and stop + 1
  end
  return parts, fields
end

local function join(parts, fields)
  local lines = {}
  for _, name in ipairs({ '!', '+', '@', '#', '=' }) do lines[#lines + 1] = parts[name] end
  for _, name in ipairs(fields) do lines[#lines + 1] = parts[name] end
  return table.concat(lines, '\n')
end

local function store(key, text)
  local stamp = components(text)['@']
  local left = stamp and tonumber(sub(stamp, 2), 36) - now
  if not left then
    call('SET', key, text)
  elseif left > 0 then
    call('SET', key, text, 'PX', left)
  else
    call('DEL', key)
  end
end

-- What another commit found in a document that this one had created goes, if both are undone.
local created, gone, lost_mark = '+' .. nonce, '+', {}
local rows = call('LRANGE', log, 0, -1)
local own = {}
for n = 1, #rows, 5 do
  local key = rows[n + 1]
  if rows[n] == nonce then
    own[key] = own[key] or {}
    own[key][#own[key] + 1] = { name = rows[n + 2], before = rows[n + 3], after = rows[n + 4], row = n }
  elseif rows[n + 2] == '+' and rows[n + 3] == '=' .. created then
    rows[n + 3], lost_mark[key] = '=' .. gone, n
  end
end

-- The first row, before `limit`, of another commit that wrote the same later.
local function later_row(change, key, limit, is_same)
  for n = change.row + 5, limit - 1, 5 do
    if rows[n] ~= nonce and rows[n + 1] == key and is_same(rows[n + 2]) then return n end
  end
end

local function any() return true end

-- Another commit has written the same since then. What it found is what it puts back, if it is undone as well.
local function is_taken_over(change, key, limit)
  local n = later_row(change, key, limit, function(name) return name == change.name or name == 'document' end)
  if n and rows[n + 2] == change.name and rows[n + 3] == change.after then rows[n + 3] = change.before end
  return n ~= nil
end

-- Lifetime and index entries belong to the body, which another commit may have built on this one.
local function put_back(key, parts, fields, limit)
  local built_on = false
  for _, change in ipairs(own[key]) do
    if change.name == '=' and '=' .. parts['='] ~= change.after then built_on = true end
  end
  local changed = false
  for _, change in ipairs(own[key]) do
    local name = change.name
    local present = parts[name] and '=' .. parts[name] or ''
    local stays = built_on and (name == '@' or name == '#')
    if not is_taken_over(change, key, limit) and present == change.after and not stays then
      if not parts[name] and sub(name, -1) == ' ' then fields[#fields + 1] = name end
      parts[name], changed = change.before ~= '' and sub(change.before, 2) or nil, true
    end
  end
  return changed
end

-- Whether this commit has created the document, and no other one has written its body since then.
local function is_own(key, mark, limit)
  local from = lost_mark[key]
  if mark == created or not from then return mark == created end
  for n = from, limit - 1, 5 do
    if rows[n + 1] == key and (rows[n + 2] == '=' or rows[n + 2] == 'document') then return false end
  end
  return from < limit
end

-- The text without this commit: nil when nothing is to change, and '' for a document that goes.
local function undone(key, text, before, limit)
  local parts, fields = components(text)
  if is_own(key, parts['+'], limit) then return '' end
  local changed = false
  local replaced = parts['+'] == '~' .. nonce
  if replaced and not own[key] and before ~= '' then parts['='] = sub(before, 2) end
  if own[key] and (shared or replaced) and put_back(key, parts, fields, limit) then changed = true end
  if parts['+'] == gone then return '' end
  if parts['!'] and sub(parts['!'], 2, #nonce + 2) == nonce .. ' ' then parts['!'], changed = nil, true end
  if parts['+'] == '~' .. nonce then parts['+'], changed = nil, true end
  return changed and join(parts, fields) or nil
end

-- A row for a whole document has what the commit found before it removed or created the document: '' for nothing.
local function undo_whole(key, text, change)
  local found = change.before ~= '' and sub(change.before, 2)
  local later = later_row(change, key, #rows, any)
  if text and is_own(key, components(text)['+'], #rows) then
    if found then store(key, found) else call('DEL', key) end
  elseif later then
    if rows[later + 2] == 'document' and rows[later + 3] == '' then rows[later + 3] = change.before end
  elseif found and not text then
    store(key, found)
  end
end

-- Other commits have removed the document. Each puts it back, if it is undone as well, without this commit.
local function undo_removed(key, before)
  for n = own[key] and own[key][1].row or 1, #rows, 5 do
    if rows[n] ~= nonce and rows[n + 1] == key and rows[n + 2] == 'document' and rows[n + 3] ~= '' then
      local result = undone(key, sub(rows[n + 3], 2), before, n)
      if result then rows[n + 3] = result == '' and '' or '=' .. result end
      return
    end
  end
end

local function undo_document(key, before)
  local text, changes = call('GET', key), own[key]
  if changes and changes[1].name == 'document' then
    undo_whole(key, text, changes[1])
  elseif text then
    local result = undone(key, text, before, #rows)
    if result == '' then call('DEL', key) elseif result then store(key, result) end
  else
    undo_removed(key, before)
  end
end

local function undo_index(key)
  for _, change in ipairs(own[key] or {}) do
    local score = call('ZSCORE', key, change.name)
    if not is_taken_over(change, key, #rows) and score and tonumber(score) == tonumber(change.after) then
      call('ZADD', key, change.before, change.name)
    end
  end
end

local done = {}
for i = 2, #KEYS do
  local key, before = KEYS[i], ARGV[i + 3]
  if not done[key] then
    done[key] = true
    if before == 'z' then undo_index(key) else undo_document(key, before) end
  end
end

if #rows > 0 then
  local kept = call('PTTL', log)
  call('DEL', log)
  for n = 1, #rows, 5 do
    if rows[n] ~= nonce then call('RPUSH', log, unpack(rows, n, n + 4)) end
  end
  call('PEXPIRE', log, kept)
end
return 1
