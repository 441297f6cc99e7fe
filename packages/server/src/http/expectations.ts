import type { Server } from 'node:http'

/** What is done about `Expect` (RFC 9110, section 10.1.1). */
export function expectations(server: Server): void {
  // Node would answer an expectation that it does not know by itself, past everything of ours.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  server.on('checkContinue', (request, response) => {
    // While an earlier answer on the connection is still to come, Node (24.21) queues a 100 for later, and then puts the
    // head of an answer whose body is bytes before it: the 100 would stand in the body. So it waits for its turn, and is
    // left out where the answer itself is ready by then.
    if (response.socket) response.writeContinue()
    else response.once('socket', () => response.headersSent || response.writeContinue())
    server.emit('request', request, response)
  })
}
