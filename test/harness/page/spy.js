/** Runs in a page before a call: remembers what it sends over its data channel. */
;(() => {
  const sent = []
  const send = RTCDataChannel.prototype.send
  RTCDataChannel.prototype.send = function (data) {
    sent.push(JSON.parse(data))
    return send.call(this, data)
  }
  window.spy = { sent }
})()
