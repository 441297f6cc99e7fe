import type { Emulator } from '../../packages/emulator/src/emulator.ts'
import { ask } from './ask.ts'

/** A client secret straight from the emulator, with no token service in between. */
export async function mintAt(emulator: Emulator, session: object = {}): Promise<string> {
  const { json } = await ask(`${emulator.baseUrl}/realtime/client_secrets`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-made-up' },
    body: { session: { type: 'realtime', ...session } },
  })
  return json.value
}
