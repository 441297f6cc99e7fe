import type { FastifyInstance } from 'fastify'
import { DIFFICULTIES } from '../../catalogue/difficulties.ts'
import { modelState } from '../../catalogue/models.ts'
import { MODES } from '../../catalogue/modes.ts'
import { SPORTS } from '../../catalogue/sports.ts'
import { VOICES } from '../../catalogue/voices.ts'
import type { Clock } from '../../clock.ts'
import type { Config } from '../../config/config.ts'
import { flag, list, names, object, text } from '../json-schema.ts'
import { BROWSER, errorReplies } from '../refusals.ts'

const choice = { name: text(), description: text() }

const reply = object({
  models: list(
    object(
      {
        ...choice,
        state: names(['current', 'retiring', 'retired']),
        default: flag(),
        shutdown: { type: 'string', format: 'date' },
        successor: text(),
      },
      ['shutdown', 'successor'],
    ),
  ),
  voices: list(object({ ...choice, default: flag() })),
  difficulties: list(object({ ...choice, default: flag() })),
  sports: list(object(choice)),
  modes: list(object(choice)),
})

/** `GET /v1/realtime/options`: what a token may be asked for, for an extension's pickers. */
export function optionsRoute(app: FastifyInstance, config: Config, clock: Clock): void {
  app.get('/v1/realtime/options', {
    config: { browser: true },
    schema: {
      operationId: 'listOptions',
      tags: ['Callers'],
      summary: 'What one may ask for',
      response: { 200: reply, ...errorReplies(BROWSER) },
    },
    handler: async () => ({
      models: config.ALLOWED_MODELS.map(name => modelChoice(name, config.REALTIME_MODEL, clock.now())),
      voices: config.ALLOWED_VOICES.map(name => ({
        name,
        description: descriptionOf(VOICES, name) ?? 'A voice that this version does not know.',
        default: name === config.REALTIME_VOICE,
      })),
      difficulties: choices(DIFFICULTIES).map(choice => ({ ...choice, default: choice.name === 'easy' })),
      sports: choices(SPORTS),
      modes: choices(MODES),
    }),
  })
}

function modelChoice(name: string, defaultName: string, now: number) {
  const { served: _served, ...model } = modelState(name, now)
  return { ...model, default: name === defaultName }
}

type Described = Record<string, { description: string }>

function choices(table: Described) {
  return Object.entries(table).map(([name, { description }]) => ({ name, description }))
}

function descriptionOf(table: Described, name: string): string | undefined {
  return Object.hasOwn(table, name) ? table[name]?.description : undefined
}
