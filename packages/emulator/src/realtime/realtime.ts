import type { Fault } from '../fault-words.ts'
import { callKinds } from '../fault-words.ts'
import type { Answer, Call } from '../http.ts'
import { answerCall, answerHangup } from './calls.ts'
import { createMedia } from './media.ts'
import { createUpgrades, type UpgradeParts } from './upgrades.ts'

export type RealtimeParts = Omit<UpgradeParts, 'media'> & {
  /** Where sound is exchanged; without it there is none. */
  mediaAddress: string | undefined
}

/** Calls and sockets: all of the emulator that a mint does not need. */
export const createRealtime = ({ mediaAddress, ...given }: RealtimeParts) => {
  const parts = { ...given, media: createMedia(mediaAddress) }
  return {
    upgrade: createUpgrades(parts),
    place: (call: Call, fault: Fault | undefined): Promise<Answer> =>
      answerCall(
        call,
        parts,
        callKinds.find(kind => kind === fault?.kind),
      ),
    hangUp: (call: Call, callId: string): Answer => answerHangup(call, callId, parts),
  }
}

export type Realtime = ReturnType<typeof createRealtime>
