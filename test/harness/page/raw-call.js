/** A call as OpenAI's documents describe it, with nothing but the browser's own means. */
window.startCall = async (url, secret) => {
  const peer = new RTCPeerConnection()
  const audio = new Audio()
  audio.autoplay = true
  peer.ontrack = ({ streams: [stream] }) => {
    audio.srcObject = stream
  }
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: true })
  for (const track of microphone.getTracks()) peer.addTrack(track, microphone)
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
  window.call = { peer, channel, audio, microphone, events, send, location: response.headers.get('location') }
}
