// What the image's HEALTHCHECK runs: exit code 0 if the service in this container answers /healthz with 200, else 1.
import { get } from 'node:http'

const TIMEOUT_MS = 4000
/** An address that means all of them cannot be asked; loopback stands for it. */
const LOOPBACK = { '0.0.0.0': '127.0.0.1', '::': '::1' }

const host = process.env.HOST || '0.0.0.0'
const options = {
  host: LOOPBACK[host] ?? host,
  port: process.env.PORT || 8000,
  path: '/healthz',
  timeout: TIMEOUT_MS,
  agent: false,
}
const request = get(options, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))
request.on('timeout', () => request.destroy(new Error('timeout')))
request.on('error', () => process.exit(1))
