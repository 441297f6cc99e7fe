import { createParker, type Parker } from '@parker/client'
import { microphonePermission } from '../microphone.ts'
import { serviceOrigin } from '../settings/settings.ts'
import { problemOf } from './conversation.ts'
import type { Panel } from './panel.ts'
import type { PanelEvent } from './state.ts'

/** What the panel needs before a talk. */
export interface Loading {
  /** Asks the service for its options, and the browser for the microphone; also the way out of a problem. */
  load(): Promise<void>
  /** The service that was asked last. @throws Error before the first. */
  parker(): Parker
}

export function createLoading({ tell }: Panel): Loading {
  let loads = 0
  let parker: Parker | undefined

  async function loaded(): Promise<PanelEvent> {
    parker = createParker({ service: await serviceOrigin() })
    const [options, permission] = await Promise.all([parker.options(), microphonePermission()])
    return { type: 'loaded', options, microphone: permission.state }
  }

  return {
    async load() {
      const load = ++loads
      tell({ type: 'reload' })
      const event = await loaded().catch(
        (error): PanelEvent => ({ type: 'problem', problem: problemOf(error), now: Date.now() }),
      )
      // Another address may have been loaded meanwhile, and a talk begun there.
      if (load === loads) tell(event)
    },
    parker() {
      if (!parker) throw new Error('no service was asked yet')
      return parker
    },
  }
}
