import { type Emulator, type EmulatorOptions, startEmulator } from '../../packages/emulator/src/emulator.ts'
import { type NpmStart, npmStart } from '../harness/npm-start.ts'
import { accepts } from '../harness/quiet-service.ts'
import { API_KEY } from '../harness/service.ts'

/** The first design's commands all went to this address. */
export const URL_OF_FIRST_DESIGN = 'http://localhost:8000'

export const ESPN = 'https://www.espn.com'
export const EXTENSION = 'chrome-extension://abc123'

/** `npm start` on port 8000, with the emulator in OpenAI's place. */
export interface Stage {
  npm: NpmStart
  emulator: Emulator
  /** From `npm start` to the first line that says it listens, milliseconds. */
  startMs: number
  /** Ends both; resolves with npm's exit code. */
  clear(): Promise<number | null>
}

interface Wish {
  settings?: Record<string, string>
  emulator?: EmulatorOptions
}

/** Settings of the first design: its two kinds of origin, and all the rest by default, the port too. */
const SETTINGS = {
  OPENAI_API_KEY: API_KEY,
  OPENAI_PUBLIC_BASE_URL: 'https://api.openai.com/v1',
  ALLOWED_ORIGINS: JSON.stringify([ESPN, EXTENSION]),
}

/** Sets the stage; one at a time, since there is only one port 8000. */
export async function setStage({ settings = {}, emulator: options = {} }: Wish = {}): Promise<Stage> {
  if (settings.PORT === undefined && (await accepts(8000)))
    throw new Error(
      'Port 8000 is taken by another program; these tests follow commands that name it. Stop that program.',
    )
  const emulator = await startEmulator({ log: () => {}, ...options })
  const began = performance.now()
  const npm = await npmStart({ settings: { ...SETTINGS, OPENAI_BASE_URL: emulator.baseUrl, ...settings } })
  return {
    npm,
    emulator,
    startMs: performance.now() - began,
    async clear() {
      const code = await npm.stop()
      await emulator.close()
      return code
    },
  }
}
