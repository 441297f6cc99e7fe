import { lookup } from 'node:dns/promises'
import { connect, type LookupFunction } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { errorCode } from '../error-code.ts'

/** How far a server is, milliseconds; `tls` is null where the way is plain. */
export interface Distance {
  addresses: string[]
  dns: number
  tcp: number
  tls: number | null
}

/** The step at which a way ended, and the system's name for why. */
export interface DeadEnd {
  step: 'dns' | 'tcp' | 'tls'
  code: string
}

export interface Target {
  host: string
  port: number
  tls: boolean
}

/** For finding the name and for the connection, each, milliseconds. */
const STEP_MS = 3000

/** Goes the way to a server step by step, without saying a word to it. Never throws. */
export async function reach({ host, port, tls }: Target): Promise<{ distance: Distance } | { deadEnd: DeadEnd }> {
  const started = performance.now()
  const found = await resolve(host)
  if ('code' in found) return { deadEnd: { step: 'dns', code: found.code } }
  const resolved = performance.now()
  const fixed: LookupFunction = (_host, { all }, done) => {
    const [first] = found
    if (all) done(null, found)
    else done(null, first?.address ?? '', first?.family ?? 4)
  }
  return new Promise(settle => {
    const way = { host, port, lookup: fixed, autoSelectFamily: true }
    const name = /[a-z]/i.test(host) ? { servername: host } : {}
    const socket = tls ? connectTls({ ...way, ...name }) : connect(way)
    let connected: number | undefined
    const end = (result: { distance: Distance } | { deadEnd: DeadEnd }) => {
      clearTimeout(timer)
      socket.destroy()
      settle(result)
    }
    const fail = (code: string) => end({ deadEnd: { step: connected === undefined ? 'tcp' : 'tls', code } })
    const timer = setTimeout(() => fail('ETIMEDOUT'), STEP_MS)
    const arrive = () => {
      const now = performance.now()
      const tcp = (connected ?? now) - resolved
      end({
        distance: {
          addresses: found.map(one => one.address),
          dns: resolved - started,
          tcp,
          tls: tls ? now - resolved - tcp : null,
        },
      })
    }
    socket.on('error', error => fail(causeOf(error)))
    socket.once('connect', () => {
      connected = performance.now()
      if (!tls) arrive()
    })
    if (tls) socket.once('secureConnect', arrive)
  })
}

async function resolve(host: string): Promise<{ address: string; family: number }[] | { code: string }> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<{ code: string }>(settle => {
    timer = setTimeout(() => settle({ code: 'ETIMEDOUT' }), STEP_MS)
  })
  const asked = lookup(host.replace(/^\[|\]$/g, ''), { all: true }).catch(error => ({ code: errorCode(error) }))
  try {
    return await Promise.race([asked, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Where several addresses were tried, the errors of each are inside. */
function causeOf(error: Error): string {
  return errorCode(error instanceof AggregateError ? error.errors[0] : error)
}

const STEPS: Record<DeadEnd['step'], string> = {
  dns: 'the name was not found',
  tcp: 'nothing took the connection',
  tls: 'TLS failed',
}

export function describeDeadEnd({ step, code }: DeadEnd): string {
  return `${STEPS[step]} (${code})`
}

export function describeDistance({ dns, tcp, tls }: Distance): string {
  const parts = [`name ${milliseconds(dns)}`, `connection ${milliseconds(tcp)}`]
  if (tls !== null) parts.push(`TLS ${milliseconds(tls)}`)
  return parts.join(', ')
}

export function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`
}
