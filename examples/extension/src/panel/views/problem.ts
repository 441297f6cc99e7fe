import { asClock } from '../../clock.ts'
import { byId, setText, whenChanged } from '../../dom.ts'
import { showFigures } from '../../figures.ts'
import { PROBLEMS, type Remedy } from '../problems.ts'
import type { Problem, Stage } from '../state.ts'

const LABELS: Record<Remedy, string> = {
  'try-again': 'Try again',
  microphone: 'Set up the microphone',
  settings: 'Open the settings',
}

/** Where the address in the settings may be another's. */
const MAYBE_ELSEWHERE: readonly string[] = ['service-unreachable', 'service-failed']

/** The card that says what is wrong and what to do. `act` runs the remedy of the button that was pressed. */
export function problemView(act: (remedy: Remedy) => void): (stage: Stage) => void {
  let shown: Problem | undefined
  byId('problem-act').addEventListener('click', () => shown && act(PROBLEMS[shown.code].act))
  byId('problem-other').addEventListener('click', () => act('settings'))
  byId('copy-origin').addEventListener('click', copyOrigin)
  const draw = whenChanged(drawCard)
  return stage => {
    if (stage.name !== 'problem') return
    shown = stage.problem
    draw(stage.problem)
    drawWait(stage, Date.now())
  }
}

function drawCard({ code, requestId }: Problem): void {
  const telling = PROBLEMS[code]
  setText(byId('problem-tag'), telling.tag)
  setText(byId('problem-title'), telling.title)
  setText(byId('problem-text'), telling.text)
  setText(byId('problem-act'), LABELS[telling.act])
  byId('problem-other').hidden = !MAYBE_ELSEWHERE.includes(code)
  setText(byId('problem-other'), LABELS.settings)
  byId('problem-origin').hidden = !telling.showOrigin
  byId<HTMLInputElement>('origin').value = location.origin
  const trace = byId('problem-trace')
  trace.hidden = requestId === undefined
  setText(trace, requestId ? `For the people who run it: request ${requestId}` : '')
}

/** Counts down where the service said how long to wait; the panel calls it every second. */
export function drawWait(stage: Stage, now: number): void {
  if (stage.name !== 'problem') return
  const seconds = Math.ceil(((stage.problem.retryAt ?? now) - now) / 1000)
  byId('problem-wait').hidden = seconds <= 0
  if (seconds > 0) showFigures(byId('problem-clock'), asClock(seconds), 4)
  byId<HTMLButtonElement>('problem-act').disabled = seconds > 0
}

async function copyOrigin(): Promise<void> {
  const input = byId<HTMLInputElement>('origin')
  input.select()
  const copied = await navigator.clipboard.writeText(input.value).then(
    () => true,
    () => false,
  )
  setText(byId('copy-origin'), copied ? 'Copied' : 'Press Ctrl+C')
}
