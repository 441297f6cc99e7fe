import { byId } from './dom.js'

const KEY = 'parker-admin-token'

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

/** The service did not take the token. */
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
