import { findCycle } from './cycle.ts'
import { importsOf } from './imports.ts'
import { FORBIDDEN_TEXT, LAYERS, WALLS } from './rules.ts'

const SERVER = 'packages/server/src/'

/** Every arrow that points the wrong way among these files (path from the root, and text), as sentences. */
export function findFaults(files: ReadonlyMap<string, string>): string[] {
  const arrows = new Map([...files].map(([file, text]) => [file, importsOf(file, text)]))
  const each = [...arrows].flatMap(([from, imports]) =>
    imports.flatMap(to => [...brokenWalls(from, to), ...wrongLayer(from, to)]),
  )
  const unknown = [...files.keys()].filter(file => isLayered(file) && layerOf(file) === undefined)
  const cycle = findCycle(arrows)
  return [
    ...each,
    ...unknown.map(file => `${file} stands in no layer: add it to scripts/arrows/rules.ts`),
    ...forbiddenText(files),
    ...(cycle ? [`These import each other in a circle: ${cycle.join(' → ')}`] : []),
  ]
}

function brokenWalls(from: string, to: string): string[] {
  return WALLS.filter(wall => wall.from.test(from) && wall.to.test(to)).map(
    ({ because }) => `${from} must not import ${to}: ${because}`,
  )
}

function wrongLayer(from: string, to: string): string[] {
  const [upper, lower] = [layerOf(from), layerOf(to)]
  if (!isLayered(from) || upper === undefined || lower === undefined) return []
  const own = upper.name === lower.name && upper.name.endsWith('/')
  if (own || lower.rank < upper.rank) return []
  return [`${from} must not import ${to}: ${lower.name} is not below ${upper.name}`]
}

function forbiddenText(files: ReadonlyMap<string, string>): string[] {
  return [...files].flatMap(([file, text]) =>
    FORBIDDEN_TEXT.filter(rule => rule.from.test(file) && rule.text.test(text)).map(
      rule => `${file} must not say ${rule.text.source}: ${rule.because}`,
    ),
  )
}

/** Tests may look at everything. */
function isLayered(file: string): boolean {
  return (file.startsWith(SERVER) || file === 'packages/server/start.js') && !file.endsWith('.test.ts')
}

/** The layer that says most about a file: `http/routes/` rather than `http/`. */
function layerOf(file: string): { name: string; rank: number } | undefined {
  if (!file.startsWith('packages/server/')) return undefined
  const path = file.startsWith(SERVER) ? file.slice(SERVER.length) : `../${file.slice('packages/server/'.length)}`
  const bare = path.replace(/\.[jt]s$/, '')
  return LAYERS.flatMap((names, rank) => names.map(name => ({ name, rank })))
    .filter(({ name }) => (name.endsWith('/') ? bare.startsWith(name) : bare === name))
    .sort((a, b) => b.name.length - a.name.length)[0]
}
