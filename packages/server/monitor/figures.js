/** A count for people: 950, 1.2k. */
export function count(value) {
  if (value >= 10_000) return `${(value / 1000).toFixed(value >= 100_000 ? 0 : 1)}k`
  return value >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1)
}

/** Milliseconds, without the unit; a dash for nothing. */
export function ms(value) {
  if (value === null || value === undefined) return '–'
  if (value >= 100) return String(Math.round(value))
  return value >= 10 ? value.toFixed(0) : value.toFixed(value >= 1 ? 1 : 2)
}

export const percent = share => `${Math.round(share * 100)} %`

/** The time of day of Unix milliseconds. */
export const timeOfDay = milliseconds => new Date(milliseconds).toLocaleTimeString([], { hour12: false })

/** 75 as 1:15. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}
