import type { Clock } from '../clock.ts'
import { ERRORS, type ErrorType } from '../errors.ts'
import type { CallReport } from '../voice/report.ts'
import type { SessionKind } from '../voice/tables.ts'
import type { ReadWindow, WindowFigures } from '../voice/windows.ts'
import { type Gauges, type Point, pointCounter } from './points.ts'
import { type Recent, recent, recentOfEach } from './recent.ts'

/** An error answer, for whoever looks for it in the log. */
export interface SeenError {
  /** Unix milliseconds. */
  time: number
  request_id: string
  status: number
  type: string
  /** What the type means. */
  when: string
  /** The pattern of the route, not the path as it was asked for. */
  route: string
}

/** What a user wrote about a call. Lives here and nowhere else. */
export interface SeenComment extends SessionKind {
  /** Unix milliseconds. */
  time: number
  request_id: string
  rating: number | undefined
  ended: string | undefined
  mos: number | undefined
  comment: string
}

/** What is known of a request when its answer has gone out. */
interface Ended {
  requestId: string
  route: string
  /** Whether a token was asked for and none was handed out. */
  tokenRefused: boolean
  status: number
  errorType: string | undefined
}

/** What happens to a watcher: the name of an event and its data as JSON. */
export type Watcher = (event: 'history' | 'now' | 'voices' | 'end', json: string) => void

/** What the service tells of itself to those who watch. */
export interface Monitor {
  /** A token request that got a credential; `warm` is undefined for a ticket. */
  issued(warm: boolean | undefined, mintMs: number, ownMs: number): void
  /** Any request. */
  ended(end: Ended): void
  commented(kind: SessionKind, requestId: string, report: CallReport, mos: number | undefined): void
  /** Tells a watcher what has been and then what comes. Returns how to stop. */
  watch(watcher: Watcher): () => void
  readonly watchers: number
  /** Ends every watch, and itself. */
  end(): void
}

/** How far the history goes: an hour of points of five seconds, about 250 kB. */
const POINT_SECONDS = 5
const POINTS_KEPT = 720
/** Of each type, and there are some thirty. */
const ERRORS_KEPT = 10
const COMMENTS_KEPT = 50
/** Figures by voice are read for the watchers this often, in points. */
const VOICES_EVERY = 3

const NOTHING: ReadonlySet<object> = new Set()

interface MonitorParts {
  clock: Clock
  readGauges(): Gauges
  readWindow: ReadWindow
}

/** Takes a point every few seconds, whether anyone watches or not, so that whoever opens the page sees the past. */
export function createMonitor({ clock, readGauges, readWindow }: MonitorParts): Monitor {
  const counter = pointCounter()
  const points = recent<Point>(POINTS_KEPT)
  const errors = recentErrors()
  const comments = recent<SeenComment>(COMMENTS_KEPT)
  /** What came since the last point; bounded like the whole. */
  let news = { errors: recentErrors(), comments: recent<SeenComment>(COMMENTS_KEPT) }
  /** Each with the news that its history held already. */
  const watchers = new Map<Watcher, ReadonlySet<object>>()
  let taken = 0

  function tell(event: Parameters<Watcher>[0], data: unknown): void {
    const json = JSON.stringify(data)
    for (const watcher of watchers.keys()) watcher(event, json)
  }

  function takePoint(): void {
    const point = counter.take(Math.round(clock.now() / 1000), readGauges())
    points.add(point)
    const [newErrors, newComments] = [news.errors.all(), news.comments.all()]
    for (const [watcher, known] of watchers) {
      const isNew = (item: object) => !known.has(item)
      const told = { point, errors: newErrors.filter(isNew), comments: newComments.filter(isNew) }
      watchers.set(watcher, NOTHING)
      watcher('now', JSON.stringify(told))
    }
    news = { errors: recentErrors(), comments: recent(COMMENTS_KEPT) }
    if (watchers.size > 0 && taken++ % VOICES_EVERY === 0) readVoices(told => tell('voices', told))
  }

  function readVoices(use: (told: WindowFigures) => void): void {
    readWindow('last_hour').then(use, () => {})
  }

  function note<T>(kept: Recent<T>, fresh: Recent<T>, item: T): void {
    kept.add(item)
    fresh.add(item)
  }

  const timer = setInterval(takePoint, POINT_SECONDS * 1000).unref()
  return {
    issued: counter.issued,
    ended({ requestId, route, tokenRefused, status, errorType }) {
      if (tokenRefused) counter.refused(status)
      if (errorType === undefined) return
      counter.erred(errorType)
      if (!isWorthTelling(route, status)) return
      const { when } = ERRORS[errorType as ErrorType]
      note(errors, news.errors, { time: clock.now(), request_id: requestId, status, type: errorType, when, route })
    },
    commented({ voice, model, difficulty, mode }, request_id, { rating, ended, comment }, mos) {
      if (comment === undefined) return
      const kind = { voice, model, difficulty, mode }
      note(comments, news.comments, { time: clock.now(), request_id, ...kind, rating, ended, mos, comment })
    },
    watch(watcher) {
      const history = {
        point_seconds: POINT_SECONDS,
        points: points.all(),
        errors: errors.all(),
        comments: comments.all(),
      }
      watcher('history', JSON.stringify(history))
      watchers.set(watcher, new Set([...news.errors.all(), ...news.comments.all()]))
      readVoices(told => watchers.has(watcher) && watcher('voices', JSON.stringify(told)))
      return () => watchers.delete(watcher)
    },
    get watchers() {
      return watchers.size
    },
    end() {
      clearInterval(timer)
      tell('end', {})
      watchers.clear()
    },
  }
}

function recentErrors(): Recent<SeenError> {
  return recentOfEach(ERRORS_KEPT, ({ type }) => type)
}

/** Strangers ask for all kinds of addresses that are not there; that is no news. */
function isWorthTelling(route: string, status: number): boolean {
  return status >= 500 || route.startsWith('/v1/')
}
