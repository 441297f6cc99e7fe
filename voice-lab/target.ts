import { startEmulator } from '../packages/emulator/src/emulator.ts'
import { type Config, decideConfig } from '../packages/server/src/config/config.ts'
import { describeProblems } from '../packages/server/src/config/read.ts'

type Environment = Record<string, string | undefined>

/** Who is going to speak. */
export interface Target {
  config: Config
  /** In words, for the report. */
  speaker: string
  /** Whether it costs money. */
  paid: boolean
  close(): Promise<void>
}

/** The settings cannot be used; the message lists every problem. */
export class BadSettings extends Error {}

/** How long the emulator takes to begin: about as a model does. */
const REPLY_LATENCY_MS = 300

/** OpenAI where there is a key, else the emulator. @throws BadSettings, or a FaultSyntaxError. */
export async function chooseTarget(env: Environment, forced: boolean, faults: string): Promise<Target> {
  const hasKey = Boolean(env.OPENAI_API_KEY || env.OPENAI_API_KEY_FILE)
  if (hasKey && !forced) {
    const config = decided(env)
    const host = new URL(config.OPENAI_BASE_URL).host
    return { config, speaker: host === 'api.openai.com' ? 'OpenAI' : host, paid: true, close: async () => {} }
  }
  // Before the emulator is there: what ends with bad settings must leave nothing open.
  const config = decided({ ...withoutUpstream(env), OPENAI_API_KEY: 'sk-emulator-takes-any-key' })
  const emulator = await startEmulator({ faults, replyLatencyMs: REPLY_LATENCY_MS, record: false, log: () => {} })
  const { baseUrl, close } = emulator
  const here = { OPENAI_BASE_URL: baseUrl, OPENAI_PUBLIC_BASE_URL: baseUrl }
  return { config: { ...config, ...here }, speaker: 'the bundled stand-in for OpenAI', paid: false, close }
}

/** The shell's own address of OpenAI and its key are for OpenAI. */
function withoutUpstream(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('OPENAI_')))
}

function decided(env: Environment): Config {
  const decision = decideConfig(env)
  if ('problems' in decision) throw new BadSettings(describeProblems(decision.problems))
  return decision.config
}
