/** A call as OpenAI's documents describe it, with nothing but the browser's own means. */
window.startCall = async (url, secret) => {
  const peer = new RTCPeerConnection()
  const audio = new Audio()
  audio.autoplay = true
  peer.ontrack = ({ streams: [stream] }) => {
    audio.srcObject = stream
  }
  const { sender } = peer.addTransceiver('audio', { direction: 'sendrecv' })
  const channel = peer.createDataChannel('oai-events')
  const events = []
  channel.onmessage = ({ data }) => events.push(JSON.parse(data))
  await peer.setLocalDescription()
  const response = await fetch(url, {
    method: 'POST',
    body: peer.localDescription.sdp,
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/sdp' },
  })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  await peer.setRemoteDescription({ type: 'answer', sdp: await response.text() })
  const send = event => channel.send(JSON.stringify(event))
  window.call = { peer, channel, audio, sender, events, send, location: response.headers.get('location') }
}

/** Opens the microphone once the call stands, so that nothing is said before anyone hears it, on however slow a machine. */
window.speak = async () => {
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: true })
  await window.call.sender.replaceTrack(microphone.getTracks()[0])
}
