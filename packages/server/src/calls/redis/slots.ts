/** A call's slot that nobody renews is given back: longer than a takeover takes, milliseconds. */
export const SLOT_MS = 120_000

/** How long slots are kept that nobody touches, milliseconds: longer than any of them lasts. */
const SLOTS_KEPT_MS = 86_400_000

/** Lua: `hold_slot` takes or renews the slot of a ticket; `free_slot` gives it back, as far as its client is known. */
export const SLOTS = `
local function hold_slot(ticket, client, lapses)
  for _, slots in ipairs({'parker:slots', 'parker:slots:' .. client}) do
    redis.call('ZADD', slots, lapses, ticket)
    redis.call('PEXPIRE', slots, ${SLOTS_KEPT_MS})
  end
end
local function free_slot(ticket, client)
  redis.call('ZREM', 'parker:slots', ticket)
  if client then redis.call('ZREM', 'parker:slots:' .. client, ticket) end
end
`
