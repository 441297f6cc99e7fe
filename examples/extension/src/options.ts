import { byId, setText } from './dom.ts'
import { readAddress } from './settings/address.ts'
import { saveServiceOrigin, serviceOrigin } from './settings/settings.ts'

const input = byId<HTMLInputElement>('service')
const status = byId('service-status')

byId('form').addEventListener('submit', event => {
  event.preventDefault()
  const { origin, problem } = readAddress(input.value)
  input.setAttribute('aria-invalid', String(problem !== undefined))
  status.dataset.bad = String(problem !== undefined)
  setText(status, problem ?? 'Saved.')
  if (origin !== undefined) void use(origin)
  else input.focus()
})

/**
 * Saves the address and asks for its host. A no only costs each call a preflight: the service's CORS lets the extension
 * in as well. Browsers want the question to come straight from the click, so nothing is awaited before it.
 */
async function use(origin: string): Promise<void> {
  const { protocol, hostname } = new URL(origin)
  const asked = chrome.permissions.request({ origins: [`${protocol}//${hostname}/*`] }).catch(() => false)
  input.value = origin
  await saveServiceOrigin(origin)
  setText(
    status,
    (await asked) ? `Saved. Parker is called at ${origin}.` : `Saved. Parker is called at ${origin}, by CORS.`,
  )
}

setText(byId('origin'), location.origin)
input.value = await serviceOrigin()
