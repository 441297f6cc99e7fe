import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { Counter, Histogram, Registry } from 'prom-client'
import { hotCounter, hotHistogram } from './hot-metrics.ts'

const buckets = [0.1, 1, 10]

/** The same metrics twice, one after prom-client's own manner. */
function twins() {
  const [hot, plain] = [new Registry(), new Registry()]
  const counter = { name: 'asked_total', help: 'Asked.', labelNames: ['route', 'status'] as const }
  const histogram = { name: 'seconds', help: 'Took.', labelNames: ['voice'] as const, buckets }
  const bare = { name: 'own_seconds', help: 'Took.', buckets }
  return {
    hot: {
      registry: hot,
      counter: hotCounter({ ...counter, registers: [hot] }),
      histogram: hotHistogram({ ...histogram, registers: [hot] }),
      bare: hotHistogram({ ...bare, registers: [hot] }),
    },
    plain: {
      registry: plain,
      counter: new Counter({ ...counter, registers: [plain] }),
      histogram: new Histogram({ ...histogram, registers: [plain] }),
      bare: new Histogram({ ...bare, registers: [plain] }),
    },
  }
}

const steps = fc.array(
  fc.oneof(
    fc.record({ route: fc.constantFrom('/a', '/b'), status: fc.constantFrom(200, 404) }),
    fc.record({ voice: fc.constantFrom('cedar', 'marin'), seconds: fc.constantFrom(0.05, 1, 2, 30) }),
    fc.record({ bare: fc.constantFrom(0.05, 1, 2, 30), times: fc.constantFrom(1, 255, 256, 257) }),
    fc.constant('read' as const),
  ),
)

it('whatever is counted and however often it is read, Prometheus is told what prom-client would tell', async () => {
  const check = fc.asyncProperty(steps, async taken => {
    const { hot, plain } = twins()
    for (const step of [...taken, 'read' as const]) {
      if (step === 'read') {
        assert.equal(await hot.registry.metrics(), await plain.registry.metrics())
        continue
      }
      for (const { counter, histogram, bare } of [hot, plain]) {
        if ('route' in step) counter.inc(step)
        else if ('voice' in step) histogram.observe({ voice: step.voice }, step.seconds)
        else for (let i = 0; i < step.times; i++) bare.observe({}, step.bare)
      }
    }
  })
  await fc.assert(check)
})
