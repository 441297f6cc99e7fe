import { createOutbox } from './outbox.ts'
import { type SentEvent, type ServerEvent, sentEvent } from './server-events.ts'

/** Why a session ended. */
export type Ending = 'hangup' | 'client' | 'expired' | 'closed'

/** One connection to a session: a data channel or a socket. */
export type Link = { send(event: SentEvent): void; close(why: Ending): void }

/** All connections to one session. */
export type Links = {
  /** Adds one. @returns what takes it out again. */
  join(link: Link): () => void
  /** Tells one of them. */
  tell(link: Link, event: ServerEvent): void
  /** Tells them all the same. */
  tellAll(event: ServerEvent): void
  /** Tells nobody any more, and closes them. */
  close(why: Ending): void
}

export const createLinks = (): Links => {
  const outboxes = new Map<Link, (event: SentEvent) => void>()
  return {
    join: link => {
      outboxes.set(
        link,
        createOutbox(event => link.send(event)),
      )
      return () => void outboxes.delete(link)
    },
    tell: (link, event) => outboxes.get(link)?.(sentEvent(event)),
    tellAll: event => {
      const sent = sentEvent(event)
      for (const send of outboxes.values()) send(sent)
    },
    close: why => {
      const links = [...outboxes.keys()]
      outboxes.clear()
      for (const link of links) link.close(why)
    },
  }
}
