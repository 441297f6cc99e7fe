import { readFileSync } from 'node:fs'

/** The service's version, from its package.json. */
export const VERSION: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version

export const SERVICE_NAME = 'Parker Realtime Token Service'
