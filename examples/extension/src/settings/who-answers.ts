import { createParker, type ErrorCode, ParkerError } from '@parker/client'

const NO_PARKER = 'Saved, but what answers there is not Parker’s service, or is out of order. Check the address.'

/** What is said of an address that was saved and where it does not work. */
const TROUBLES: Partial<Record<ErrorCode, string>> = {
  offline: 'Saved, but you are offline, so nobody could be asked.',
  'service-unreachable': 'Saved, but nothing answers there. Check the address, and whether the service runs.',
  'origin-refused': 'Saved, but the service there does not know this extension: add the origin below to its list.',
}

/** Asks a service what it offers, and tells in a sentence whether Parker is there. */
export async function whoAnswers(origin: string): Promise<{ answers: boolean; text: string }> {
  try {
    await createParker({ service: origin }).options()
    return { answers: true, text: 'Saved. Parker answers there.' }
  } catch (error) {
    return { answers: false, text: (error instanceof ParkerError && TROUBLES[error.code]) || NO_PARKER }
  }
}
