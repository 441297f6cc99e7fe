import Fastify, { type FastifyInstance } from 'fastify'
import { emptyBodies, jsonBodies, MAX_BODY_BYTES } from './http/body.ts'
import { brokenMessages } from './http/broken-messages.ts'
import { docsRoutes } from './http/docs.ts'
import { errorAnswers, unknownAddresses } from './http/errors.ts'
import { expectations } from './http/expectations.ts'
import { requestFacts } from './http/facts.ts'
import { answerHeaders } from './http/headers.ts'
import { identity } from './http/identity.ts'
import { shedLag } from './http/load.ts'
import { originPolicy, policyOf } from './http/origins.ts'
import { rates } from './http/rates.ts'
import { requestId } from './http/request-id.ts'
import { requestLog } from './http/request-log.ts'
import { routableUrl } from './http/routable-url.ts'
import type { callsRoutes } from './http/routes/calls.ts'
import { healthRoute } from './http/routes/health.ts'
import { metricsRoute } from './http/routes/metrics.ts'
import { monitorEventsRoute } from './http/routes/monitor-events.ts'
import { monitorPageRoute } from './http/routes/monitor-page.ts'
import { optionsRoute } from './http/routes/options.ts'
import { readyRoute } from './http/routes/ready.ts'
import { rootRoute } from './http/routes/root.ts'
import { selfCheckRoute } from './http/routes/self-check.ts'
import { tokenRoute } from './http/routes/token.ts'
import { voiceMetricsRoute } from './http/routes/voice-metrics.ts'
import { voiceReportsRoute } from './http/routes/voice-reports.ts'
import { voiceTestRoute } from './http/routes/voice-test.ts'
import type { Service } from './service.ts'

/** Sockets cost memory whether they ask anything or not; far more than any limit above lets work at once. */
const MAX_CONNECTIONS = 10_000

/** The application: a page in the order in which a request meets things. */
export async function buildApp(service: Service): Promise<FastifyInstance> {
  const { config, clock, events, lifecycle } = service
  const operatorsExist = config.ADMIN_TOKEN !== undefined
  const { answerBroken, refuseTunnel } = brokenMessages(events.requestEnded)
  const app = Fastify({
    logger: false,
    genReqId: requestId,
    bodyLimit: MAX_BODY_BYTES,
    return503OnClosing: false,
    // 10 s for the head, 30 s for the whole request, 72 s idle: longer than the usual 60 s of a load balancer.
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 2000, requireHostHeader: false },
    requestTimeout: 30_000,
    keepAliveTimeout: 72_000,
    ajv: { customOptions: { allErrors: true, coerceTypes: false, removeAdditional: false, useDefaults: false } },
    clientErrorHandler: answerBroken,
    rewriteUrl: routableUrl,
    routerOptions: { maxParamLength: 16_384 },
  })

  // Answers are typed; Fastify's way would compile a serializer for each status of each route.
  app.setSerializerCompiler(() => JSON.stringify)
  app.server.maxConnections = MAX_CONNECTIONS
  app.server.on('connect', refuseTunnel)
  expectations(app.server)

  const { isOperator } = service
  requestFacts(app, { clock, isOperator, trust: config.TRUST_PROXY, onForwardingIgnored: events.forwardingIgnored })
  requestLog(app, events, clock)
  errorAnswers(app)

  answerHeaders(app, { trust: config.TRUST_PROXY, lifecycle })
  originPolicy(app, policyOf(config))
  identity(app, { verifyJwt: service.verifyJwt, badJwts: service.badJwts, operatorsExist, now: clock.now })
  unknownAddresses(app, operatorsExist)
  rates(app, service.rates, clock.now)
  shedLag(app, service.lag)
  jsonBodies(app)
  emptyBodies(app)

  await addRoutes(app, service)
  docsRoutes(app, { addRoutes: docs => addRoutes(docs, service), unified: service.calls !== null })
  return app
}

async function addRoutes(app: FastifyInstance, service: Service): Promise<void> {
  const { config, clock, lifecycle } = service
  tokenRoute(app, service)
  optionsRoute(app, config, clock)
  if (service.calls) await addCalls(app, { config, clock, calls: service.calls })
  voiceReportsRoute(app, service)
  voiceMetricsRoute(app, service)
  voiceTestRoute(app, service)
  selfCheckRoute(app, config)
  monitorEventsRoute(app, service.monitor, lifecycle)
  if (service.monitor) monitorPageRoute(app)
  rootRoute(app, service.pool.stats, config)
  healthRoute(app, service.openai.health)
  readyRoute(app, lifecycle, service.store)
  if (config.METRICS_ENABLED) metricsRoute(app, service.metrics.registry, config.ADMIN_TOKEN !== undefined)
}

/** Loaded in unified mode only: an idle service of the other mode does without. */
async function addCalls(app: FastifyInstance, parts: Parameters<typeof callsRoutes>[1]): Promise<void> {
  const { callsRoutes } = await import('./http/routes/calls.ts')
  await callsRoutes(app, parts)
}
