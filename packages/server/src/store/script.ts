import { createHash } from 'node:crypto'

/** A script that Redis runs as one step. */
export interface Script {
  text: string
  sha: string
}

export function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}

/** The beginning of scripts that need the time: Redis's own, `now` in milliseconds since 1970. */
export const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`

/** The same with the UTC `day`, counted from 1970, and the milliseconds `to_midnight`. All instances change it at once. */
export const TODAY = `${NOW}
local day = math.floor(now / 86400000)
local to_midnight = (day + 1) * 86400000 - now
`

/** How long what was counted on a day is kept: it is asked for until the day ends. */
export const DAY_KEY_SECONDS = 172_800
