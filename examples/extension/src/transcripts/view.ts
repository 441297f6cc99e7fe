import { inWords } from '../clock.ts'
import { make } from '../dom.ts'
import { said } from '../said.ts'
import type { TranscriptStore } from './store.ts'
import { asMarkdown, fileName, type SavedTranscript, search } from './transcript.ts'

const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

/** Fills the place with the saved transcripts: search, open, export, delete. `close` leads back to the talk. */
export async function showTranscripts(place: HTMLElement, store: TranscriptStore, close: () => void): Promise<void> {
  const all = await store.list()
  const results = make('ul', { className: 'saved-list' })
  const count = make('p', { className: 'quiet', role: 'status' })
  const query = make('input', {
    type: 'search',
    id: 'query',
    placeholder: 'A team, a word, a mode',
    autocomplete: 'off',
  })
  const open = (transcript: SavedTranscript) => showOne(place, store, transcript, close)
  const draw = () => {
    const found = search(all, query.value)
    results.replaceChildren(...found.map(transcript => make('li', {}, card(transcript, open))))
    count.textContent = found.length === all.length ? `${all.length} saved` : `${found.length} of ${all.length}`
  }
  query.addEventListener('input', draw)
  draw()
  const field = make('div', {}, make('label', { className: 'hidden', htmlFor: 'query', textContent: 'Search' }), query)
  const content = all.length === 0 ? [nothing()] : [field, count, results]
  place.replaceChildren(head('Transcripts', 'Back to the talk', close), ...content)
  focusTitle(place)
}

/** Says that the browser does not hand the transcripts out: a full disk, or a profile that it cannot read. */
export function showUnreadable(place: HTMLElement, close: () => void): void {
  const text = 'The browser does not hand out what was saved. Restarting it may help.'
  place.replaceChildren(
    head('Transcripts', 'Back to the talk', close),
    make('p', { className: 'empty quiet', role: 'alert', textContent: text }),
  )
  focusTitle(place)
}

function showOne(place: HTMLElement, store: TranscriptStore, transcript: SavedTranscript, close: () => void): void {
  const back = () => showTranscripts(place, store, close)
  const save = make('button', { type: 'button', textContent: 'Export' })
  save.addEventListener('click', () => download(transcript))
  const remove = make('button', { type: 'button', textContent: 'Delete' })
  remove.addEventListener('click', async () => {
    if (!armed(remove)) return
    await store.remove(transcript.id)
    await back()
  })
  place.replaceChildren(
    head(transcript.title, 'Back to the list', back),
    make('p', { className: 'quiet', textContent: factsOf(transcript) }),
    make('div', { className: 'buttons' }, save, remove),
    make('div', { className: 'detail' }, make('ol', {}, ...transcript.lines.map(({ who, text }) => said(who, text)))),
  )
  focusTitle(place)
}

/** Deleting takes two clicks: the first one asks. */
function armed(button: HTMLButtonElement): boolean {
  if (button.classList.contains('stop')) return true
  button.classList.add('stop')
  button.textContent = 'Really delete?'
  button.addEventListener(
    'blur',
    () => {
      button.classList.remove('stop')
      button.textContent = 'Delete'
    },
    { once: true },
  )
  return false
}

function head(title: string, backText: string, back: () => void): HTMLElement {
  const button = make('button', { type: 'button', textContent: backText })
  button.addEventListener('click', back)
  return make(
    'div',
    { className: 'saved-head' },
    make('h2', { id: 'transcripts-title', tabIndex: -1, textContent: title }),
    button,
  )
}

function card(transcript: SavedTranscript, open: (transcript: SavedTranscript) => void): HTMLElement {
  const quote = transcript.lines.find(({ who }) => who === 'you') ?? transcript.lines[0]
  const button = make(
    'button',
    { type: 'button', className: 'saved' },
    make('span', { className: 'saved-title', textContent: transcript.title }),
    make('span', { className: 'saved-facts', textContent: factsOf(transcript) }),
    make('span', { className: 'saved-quote', textContent: quote ? `“${quote.text}”` : '' }),
  )
  button.addEventListener('click', () => open(transcript))
  return button
}

function nothing(): HTMLElement {
  const text = 'Nothing saved yet. After a talk, press “Save transcript” and it is kept here, on this machine only.'
  return make('p', { className: 'empty quiet', textContent: text })
}

function factsOf({ savedAt, mode, difficulty, voice, seconds, rating }: SavedTranscript): string {
  const picked = [mode, difficulty, voice].filter(name => name !== undefined).map(name => name.replaceAll('_', ' '))
  const stars = rating === undefined ? [] : [`rated ${rating} of 5`]
  return [DATE.format(new Date(savedAt)), inWords(seconds), ...picked, ...stars].join(' · ')
}

function download(transcript: SavedTranscript): void {
  const url = URL.createObjectURL(new Blob([asMarkdown(transcript)], { type: 'text/markdown' }))
  make('a', { href: url, download: fileName(transcript) }).click()
  URL.revokeObjectURL(url)
}

function focusTitle(place: HTMLElement): void {
  place.querySelector<HTMLElement>('#transcripts-title')?.focus()
}
