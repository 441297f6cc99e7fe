import { byId, copyButton, make } from './dom.js'

const NO_SPORT = { name: '', label: 'Any', description: 'Whatever the fan brings up.' }
const NO_MODE = { name: '', label: 'Free talk', description: 'No game: just talk sport.' }

const STATES = { current: 'Current', retiring: 'Will be shut down', retired: 'Shut down: its successor answers' }

/** Fills the form with what the service offers. Returns how to read what is picked, as a token request. */
export function lineup() {
  const form = byId('lineup')
  const showCurl = () => {
    byId('curl').textContent = asCurl(picked(form))
  }
  form.addEventListener('input', showCurl)
  copyButton(byId('copy-curl'), () => byId('curl').textContent)
  offer().then(showCurl)
  return () => picked(form)
}

async function offer() {
  try {
    const response = await fetch('/v1/realtime/options')
    if (!response.ok) throw new Error(`status ${response.status}`)
    byId('choices').replaceChildren(...groups(await response.json()))
  } catch (error) {
    const textContent = `What can be picked did not come (${error.message}). A token of the defaults still works.`
    byId('choices').replaceChildren(make('p', { className: 'notice', textContent }))
  }
}

function groups({ models, voices, modes, difficulties, sports }) {
  return [
    modelPicker(models),
    chips('voice', 'Voice', voices),
    chips('mode', 'Mode', [NO_MODE, ...modes]),
    chips('difficulty', 'Difficulty', difficulties),
    chips('sport', 'Sport', [NO_SPORT, ...sports]),
  ]
}

/** Everything that was set; what is left empty is left out. */
function picked(form) {
  const fields = { ...Object.fromEntries(new FormData(form)) }
  fields.context = byId('context').value.trim()
  fields.instructions = byId('instructions').value.trim()
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''))
}

function modelPicker(models) {
  const select = make('select', { id: 'model', name: 'model' })
  for (const [state, label] of Object.entries(STATES)) {
    const group = models.filter(model => model.state === state)
    const options = group.map(({ name, default: selected }) =>
      make('option', { value: name, textContent: name, selected }),
    )
    if (group.length > 0) select.append(make('optgroup', { label }, ...options))
  }
  const hint = make('p', { className: 'hint', id: 'model-about' })
  const tell = () => {
    hint.textContent = aboutModel(models.find(model => model.name === select.value))
  }
  select.setAttribute('aria-describedby', hint.id)
  select.addEventListener('input', tell)
  tell()
  return make('div', { className: 'field' }, make('label', { htmlFor: select.id, textContent: 'Model' }), select, hint)
}

function aboutModel({ description, state, shutdown, successor }) {
  if (state === 'current') return description
  const verb = state === 'retired' ? 'Ended' : 'Ends'
  return `${description} ${verb} on ${shutdown}; its successor is ${successor}.`
}

function chips(field, legend, choices) {
  const selected = choices.find(choice => choice.default) ?? choices[0]
  const hint = make('p', { className: 'hint', id: `${field}-about`, textContent: selected.description })
  const labels = choices.map(choice => {
    const input = make('input', { type: 'radio', name: field, value: choice.name, checked: choice === selected })
    input.setAttribute('aria-describedby', hint.id)
    input.addEventListener('input', () => {
      hint.textContent = choice.description
    })
    return make(
      'label',
      { className: 'chip' },
      input,
      make('span', { textContent: choice.label ?? inWords(choice.name) }),
    )
  })
  return make(
    'fieldset',
    {},
    make('legend', { textContent: legend }),
    make('div', { className: 'chips' }, ...labels),
    hint,
  )
}

/** `hot_take` as `Hot take`. */
function inWords(name) {
  const words = name.replaceAll('_', ' ')
  return name.length > 3 ? words[0].toUpperCase() + words.slice(1) : words.toUpperCase()
}

function asCurl(body) {
  const json = JSON.stringify(body).replaceAll("'", "'\\''")
  return `curl -s ${location.origin}/v1/realtime/token -H 'Content-Type: application/json' -d '${json}'`
}
