/** A page that talks to Parker through the client, loaded from its source; remembers everything that the client tells. */
window.openParker = async (source, setup) => {
  const { createParker } = await import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })))
  window.parker = createParker(setup)
}

/** A new call; `told` is what it said so far. */
window.newCall = request => {
  const call = window.parker.call(request)
  const told = { states: [], errors: [], events: [], lines: {}, loudest: { microphone: 0, parker: 0 } }
  call.on('state', ({ name, reason }) => told.states.push(reason ? `${name}: ${reason}` : name))
  call.on('error', ({ code, message, retryAfter, detail }) => told.errors.push({ code, message, retryAfter, detail }))
  call.on('event', event => told.events.push(event))
  call.on('transcript', line => {
    told.lines[line.id] = line
  })
  call.on('level', levels => {
    for (const end of ['microphone', 'parker']) told.loudest[end] = Math.max(told.loudest[end], levels[end])
  })
  Object.assign(window, { call, told })
}

/** Calls and waits until it is connected, or until it is known why not. */
window.talk = async request => {
  window.newCall(request)
  await window.call.connect().catch(() => {})
}
