import { byId } from './dom.js'

const KEY = 'parker-admin-token'

/** What an ADMIN_TOKEN is made of. Beyond Latin-1 there is no header for `fetch` to send it in. */
const VISIBLE_ASCII = /^[!-~]+$/
const NO_TOKEN = 'No token has a space, a curly quote or an accent in it. Copy it again, and nothing besides.'

/** The token: in this tab, until it is closed. */
export const token = {
  get: () => sessionStorage.getItem(KEY),
  set: value => sessionStorage.setItem(KEY, value),
  forget: () => sessionStorage.removeItem(KEY),
}

/** Headers of an operator's request. */
export const asOperator = () => ({ Authorization: `Bearer ${token.get()}` })

/** Asks for the token until there is one, and hears of each. */
export function onSignIn(hear) {
  byId('sign-in-form').addEventListener('submit', event => {
    event.preventDefault()
    const given = byId('token').value.trim()
    byId('token').value = ''
    if (given === '') return
    if (!VISIBLE_ASCII.test(given)) return refuseToken(NO_TOKEN)
    token.set(given)
    showSignIn(false)
    hear()
  })
  byId('sign-out').addEventListener('click', () => {
    token.forget()
    location.reload()
  })
  showSignIn(token.get() === null)
  if (token.get() !== null) hear()
}

/** The token is none, or not the service's. */
export function refuseToken(words) {
  token.forget()
  byId('sign-in-error').textContent = words
  showSignIn(true)
  byId('token').focus()
}

function showSignIn(wanted) {
  byId('sign-in').hidden = !wanted
  byId('sign-out').hidden = wanted
  for (const id of ['board', 'figures', 'foot']) byId(id).hidden = wanted
  if (!wanted) byId('sign-in-error').textContent = ''
}
