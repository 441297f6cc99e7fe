import { readAddress } from './address.ts'

/** The address that the build was made for. */
declare const DEFAULT_SERVICE: string

/** What can be picked and is picked again the next time: fields of the form, of the settings and of a token request. */
export const PICKS = ['mode', 'voice', 'difficulty'] as const

/** What was picked last time. Names of the service; one that it no longer offers is not used. */
export type Picks = { [Pick in (typeof PICKS)[number]]?: string }

/** The origin of the service: the user's setting, or the build's own. */
export async function serviceOrigin(): Promise<string> {
  const { service } = await chrome.storage.local.get('service')
  return (typeof service === 'string' && readAddress(service).origin) || DEFAULT_SERVICE
}

export async function saveServiceOrigin(origin: string): Promise<void> {
  await chrome.storage.local.set({ service: origin })
}

/** Calls back whenever the address has been changed. */
export function onServiceOrigin(changed: () => void): void {
  chrome.storage.local.onChanged.addListener(changes => {
    if (changes.service) changed()
  })
}

export async function loadPicks(): Promise<Picks> {
  const stored = await chrome.storage.local.get([...PICKS])
  return Object.fromEntries(PICKS.flatMap(name => (typeof stored[name] === 'string' ? [[name, stored[name]]] : [])))
}

export async function savePicks(picks: Picks): Promise<void> {
  await chrome.storage.local.set(picks)
}
