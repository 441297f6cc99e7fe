/** Seconds as `9:05`. */
export function asClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

/** Seconds in words: `48 seconds`, `1 minute 5 seconds`. */
export function inWords(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const parts = [count(Math.floor(whole / 60), 'minute'), count(whole % 60, 'second')].filter(part => part !== '')
  return parts.join(' ') || 'no time'
}

function count(number: number, unit: string): string {
  if (number === 0) return ''
  return `${number} ${unit}${number === 1 ? '' : 's'}`
}
