import { byId, setText } from './dom.ts'
import { readAddress } from './settings/address.ts'
import { saveServiceOrigin, serviceOrigin } from './settings/settings.ts'
import { whoAnswers } from './settings/who-answers.ts'

const input = byId<HTMLInputElement>('service')
const status = byId('service-status')
let submits = 0

byId('form').addEventListener('submit', event => {
  event.preventDefault()
  submits++
  const { origin, problem } = readAddress(input.value)
  input.setAttribute('aria-invalid', String(problem !== undefined))
  status.dataset.bad = String(problem !== undefined)
  setText(status, problem ?? 'Saved. Asking who answers there…')
  if (origin !== undefined) void use(origin, submits)
  else input.focus()
})

/**
 * Saves the address, asks for its host, then whether Parker is there. A no only costs each call a preflight: the service's
 * CORS lets the extension in as well. Browsers want the question to come straight from the click, so nothing is awaited
 * before it.
 */
async function use(origin: string, submit: number): Promise<void> {
  const { protocol, hostname } = new URL(origin)
  const asked = chrome.permissions.request({ origins: [`${protocol}//${hostname}/*`] }).catch(() => false)
  input.value = origin
  await saveServiceOrigin(origin)
  await asked
  const { answers, text } = await whoAnswers(origin)
  // Something else may have been typed and sent meanwhile.
  if (submit !== submits) return
  status.dataset.bad = String(!answers)
  setText(status, text)
}

input.value = await serviceOrigin()
setText(byId('origin'), location.origin)
