import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createLogger } from './log.ts'

/** A sink that can be full, and what it took. */
function narrowSink() {
  const taken: { msg: string; lines?: number }[] = []
  const sink = {
    full: false,
    taken,
    write(line: string) {
      if (!sink.full) taken.push(JSON.parse(line))
      return !sink.full
    },
  }
  return sink
}

it('lines that were lost are counted, and told once with the first that is written again', () => {
  const sink = narrowSink()
  const logger = createLogger('info', sink)
  logger.info('before')
  for (const round of [1, 2]) {
    sink.full = true
    for (let i = 0; i < 3; i++) logger.error({ round }, 'lost')
    sink.full = false
    logger.info('after')
    logger.info('later')
  }
  const told = sink.taken.map(({ msg, lines }) => lines ?? msg)
  assert.deepEqual(told, ['before', 'after', 3, 'later', 'after', 3, 'later'])
  assert.equal(logger.linesLost, 6)
})

it('where not even that can be written, it is told the next time', () => {
  const sink = narrowSink()
  const logger = createLogger('info', sink)
  sink.full = true
  logger.info('lost')
  sink.full = false
  const { write } = sink
  sink.write = line => {
    sink.full = line.includes('log_lines_lost')
    return write(line)
  }
  logger.info('after')
  sink.write = write
  sink.full = false
  logger.info('later')
  assert.equal(
    sink.taken.reduce((sum, { lines = 0 }) => sum + lines, 0),
    2,
  )
})
