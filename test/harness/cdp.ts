/** Somewhere to send commands of the Chrome DevTools Protocol to. */
export interface CdpSession {
  send<Result = unknown>(method: string, params?: object): Promise<Result>
  close(): void
}

interface Reply {
  id?: number
  result?: unknown
  error?: { message: string }
}

/** Connects to a DevTools WebSocket. Commands that the other side refuses, or leaves open when it goes away, reject. */
export async function connectCdp(address: string): Promise<CdpSession> {
  const socket = new WebSocket(address)
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let last = 0
  socket.addEventListener('message', ({ data }) => {
    const { id = 0, result, error }: Reply = JSON.parse(String(data))
    const reply = waiting.get(id)
    waiting.delete(id)
    if (error) reply?.reject(new Error(error.message))
    else reply?.resolve(result)
  })
  socket.addEventListener('close', () => {
    for (const reply of waiting.values()) reply.reject(new Error('the target has gone'))
    waiting.clear()
  })
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', reject)
  })
  return {
    send<Result>(method: string, params: object = {}) {
      last += 1
      const reply = Promise.withResolvers<unknown>()
      waiting.set(last, reply)
      socket.send(JSON.stringify({ id: last, method, params }))
      return reply.promise as Promise<Result>
    },
    close: () => socket.close(),
  }
}
