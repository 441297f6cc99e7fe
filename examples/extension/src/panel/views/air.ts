import type { Levels } from '@parker/client'
import { asClock } from '../../clock.ts'
import { byId, setText, whenChanged } from '../../dom.ts'
import { showFigures } from '../../figures.ts'
import type { Floor, Stage } from '../state.ts'

interface Words {
  word: string
  line: string
}

const WORDS: Record<Floor | 'connecting' | 'muted', Words> = {
  connecting: { word: 'Connecting', line: 'Getting your ticket and opening the line.' },
  listening: { word: 'Listening', line: 'The floor is yours. Say what you think.' },
  hearing: { word: 'You’re on', line: 'Parker is listening.' },
  thinking: { word: 'Thinking', line: 'Parker is lining up an answer.' },
  speaking: { word: 'Parker', line: 'Talk over Parker, or press Cut in.' },
  'cut-in': { word: 'Cut in!', line: 'Parker stopped. The floor is yours.' },
  muted: { word: 'Muted', line: 'Parker cannot hear you.' },
}

/** The loudest that the meters show, as root mean square; speech is well below it. */
const FULL_SCALE = 0.3

/** The board while connecting and on air. */
export function airView(): (stage: Stage) => void {
  const [word, line, notice] = [byId('air-word'), byId('air-line'), byId('air-notice')]
  const draw = whenChanged((stage: Stage) => {
    const words = WORDS[wordOf(stage)]
    word.dataset.word = wordOf(stage)
    setText(word, words.word)
    setText(line, words.line)
    const text = stage.name === 'live' ? stage.notice : undefined
    setText(notice, text ?? '')
    notice.hidden = text === undefined
  })
  return stage => {
    if (stage.name !== 'connecting' && stage.name !== 'live') return
    draw(stage)
    drawControls(stage)
    drawAirClock(stage, Date.now())
    if (stage.name === 'connecting') showLevels({ microphone: 0, parker: 0 })
  }
}

function wordOf(stage: Stage): keyof typeof WORDS {
  if (stage.name !== 'live') return 'connecting'
  return stage.muted && stage.floor !== 'speaking' ? 'muted' : stage.floor
}

function drawControls(stage: Stage): void {
  const live = stage.name === 'live' ? stage : undefined
  const mute = byId<HTMLButtonElement>('mute')
  mute.disabled = !live
  mute.setAttribute('aria-pressed', String(live?.muted ?? false))
  byId<HTMLButtonElement>('cut-in').disabled = live?.floor !== 'speaking' && live?.floor !== 'thinking'
}

/** Time on air; the panel calls it every second. */
export function drawAirClock(stage: Stage, now: number): void {
  if (stage.name === 'live') showFigures(byId('air-clock'), asClock((now - stage.since) / 1000), 5)
  if (stage.name === 'connecting') showFigures(byId('air-clock'), '0:00', 5)
}

/** Some 25 times a second. Loudness is heard by its logarithm; the meters show its square root, which looks right. */
export function showLevels({ microphone, parker }: Levels): void {
  byId('meter-you').style.setProperty('--level', bar(microphone))
  byId('meter-parker').style.setProperty('--level', bar(parker))
}

function bar(level: number): string {
  return Math.min(1, Math.sqrt(level / FULL_SCALE)).toFixed(2)
}
