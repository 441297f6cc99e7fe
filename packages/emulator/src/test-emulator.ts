import type { TestContext } from 'node:test'
import { type EmulatorOptions, startEmulator } from './emulator.ts'

const KEY = { authorization: 'Bearer sk-test', 'content-type': 'application/json' }

// biome-ignore lint/suspicious/noExplicitAny: answers may be wrong on purpose, and assertions say what they must be.
export type Json = any

export const jsonOf = async (response: Response): Promise<Json> => response.json()

/** Starts an emulator that ends with its test, and knows how to be asked for a secret. */
export const emulatorFor = async (t: TestContext, options: EmulatorOptions = {}) => {
  const emulator = await startEmulator({ log: () => {}, ...options })
  t.after(() => emulator.close())
  const ask = (path: string, init: RequestInit = {}) => fetch(emulator.url + path, init)
  const mint = (body: unknown = {}, init: RequestInit = {}) =>
    ask('/v1/realtime/client_secrets', {
      method: 'POST',
      headers: KEY,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...init,
    })
  const mintBeta = (body: unknown = {}, headers: Record<string, string> = { 'openai-beta': 'realtime=v1' }) =>
    ask('/v1/realtime/sessions', { method: 'POST', headers: { ...KEY, ...headers }, body: JSON.stringify(body) })
  return { emulator, ask, mint, mintBeta, key: KEY }
}
