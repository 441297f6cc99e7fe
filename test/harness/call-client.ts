import { setTimeout as sleep } from 'node:timers/promises'
import { type Answered, ask, askToken } from './ask.ts'

/** An SDP offer as a browser makes one, as far as the service looks at it. */
export const OFFER = [
  'v=0',
  'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'c=IN IP4 0.0.0.0',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:0123456789abcdef01234567',
  `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`,
  'a=setup:actpass',
  'a=mid:0',
  'a=sendrecv',
  'a=rtpmap:111 opus/48000/2',
  '',
].join('\r\n')

type Headers = Record<string, string>

export const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` })

/** As long as a Redis that this machine is too busy for counts as away, asks again, as `Retry-After` says one may. */
async function patiently(act: () => Promise<Answered>): Promise<Answered> {
  for (let tries = 0; ; tries++) {
    const answer = await act()
    if (answer.json?.error?.type !== 'store_unavailable' || tries === 20) return answer
    await sleep(500)
  }
}

/** A ticket, from the token route. */
export async function takeTicket(url: string, body: object = {}, headers: Headers = {}): Promise<string> {
  const { status, json, text } = await patiently(() => askToken(url, body, headers))
  if (status !== 200) throw new Error(`no ticket: ${status} ${text}`)
  return json.client_secret
}

/** Posts an offer as the browser does. */
export function postOffer(url: string, ticket: string, offer = OFFER, headers: Headers = {}): Promise<Answered> {
  return ask(`${url}/v1/realtime/calls`, {
    method: 'POST',
    headers: { 'content-type': 'application/sdp', ...bearer(ticket), ...headers },
    body: offer,
  })
}

/** A call that was placed. */
export interface PlacedCall {
  id: string
  ticket: string
}

/** Takes a ticket and spends it. */
export async function placeCall(url: string, body: object = {}, headers: Headers = {}): Promise<PlacedCall> {
  const ticket = await takeTicket(url, body, headers)
  const answer = await patiently(() => postOffer(url, ticket, OFFER, headers))
  if (answer.status !== 201) throw new Error(`not placed: ${answer.status} ${answer.text}`)
  return { id: answer.headers.get('location')?.split('/').at(-1) ?? '', ticket }
}

/** The call's receipt, for whoever holds this token. */
export function readCall(url: string, id: string, token: string): Promise<Answered> {
  return patiently(() => ask(`${url}/v1/realtime/calls/${id}`, { headers: bearer(token) }))
}

export function endCall(url: string, id: string, token: string): Promise<Answered> {
  return patiently(() => ask(`${url}/v1/realtime/calls/${id}`, { method: 'DELETE', headers: bearer(token) }))
}

/** Calls as operators see them. */
export function listCalls(url: string, query: string, adminToken: string): Promise<Answered> {
  return patiently(() => ask(`${url}/v1/realtime/calls?${query}`, { headers: bearer(adminToken) }))
}
