// The report's own script: players, and the checklist's answers. It asks nobody for anything.

const players = new Map()
for (const clip of document.querySelectorAll('.clip')) players.set(clip.id, player(clip))

for (const button of document.querySelectorAll('.play[data-clip]')) {
  const one = players.get(button.dataset.clip)
  if (one) one.add(button)
}

function player(clip) {
  const audio = clip.querySelector('audio')
  const seek = clip.querySelector('.seek')
  const cursor = clip.querySelector('.cursor')
  const time = clip.querySelector('.time')
  const length = Number(clip.querySelector('.player').dataset.seconds)
  const buttons = []

  function show() {
    const at = Math.min(audio.currentTime, length)
    cursor.style.left = `${(100 * at) / (length || 1)}%`
    seek.value = String(at)
    seek.setAttribute('aria-valuetext', `${at.toFixed(1)} of ${length.toFixed(1)} seconds`)
    time.value = `${at.toFixed(1)} / ${length.toFixed(1)} s`
    for (const button of buttons) button.classList.toggle('playing', !audio.paused)
    if (!audio.paused) requestAnimationFrame(show)
  }

  function toggle() {
    if (!audio.paused) return audio.pause()
    for (const other of document.querySelectorAll('audio')) if (other !== audio) other.pause()
    return audio.play()
  }

  function add(button) {
    buttons.push(button)
    button.addEventListener('click', toggle)
  }

  for (const event of ['play', 'pause', 'ended', 'seeked']) audio.addEventListener(event, show)
  seek.addEventListener('input', () => {
    audio.currentTime = Number(seek.value)
    show()
  })
  add(clip.querySelector('.play'))
  return { add }
}

const form = document.querySelector('#checklist')
const kept = document.querySelector('#kept')
const KEY = `parker-voices ${document.title}`

function answers() {
  return Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ''))
}

/** A page opened from a file may have no storage; then the answers last as long as the page. */
function stored(act) {
  try {
    return act(localStorage)
  } catch {
    kept.textContent = 'This browser keeps nothing for files: download your answers.'
    return undefined
  }
}

function fill(values) {
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements[name]
    if (field) field.value = value
  }
}

/** The answers with their questions, for whoever reads the file without the page. */
function told() {
  const values = answers()
  return [...form.querySelectorAll('fieldset')].map(set => {
    const name = set.querySelector('input[type=radio]').name
    return {
      line: set.dataset.line,
      question: set.querySelector('legend').textContent,
      answer: values[name] ?? null,
      note: values[`${name}-note`] ?? null,
    }
  })
}

function download() {
  const text = JSON.stringify({ report: document.title, answers: told() }, null, 2)
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  link.download = 'voice-checklist.json'
  link.click()
  URL.revokeObjectURL(link.href)
}

fill(stored(storage => JSON.parse(storage.getItem(KEY) ?? '{}')) ?? {})
form.addEventListener('submit', event => event.preventDefault())
form.addEventListener('input', () => stored(storage => storage.setItem(KEY, JSON.stringify(answers()))))
document.querySelector('#download').addEventListener('click', download)
document.querySelector('#forget').addEventListener('click', () => {
  form.reset()
  stored(storage => storage.removeItem(KEY))
})
