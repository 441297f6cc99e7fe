import type { Picks } from '../settings/settings.ts'
import type { Remedy } from './problems.ts'
import type { PanelState } from './state.ts'
import { airView, drawAirClock } from './views/air.ts'
import { endedView } from './views/ended.ts'
import { pageView } from './views/page.ts'
import { pickersView } from './views/pickers.ts'
import { drawWait, problemView } from './views/problem.ts'
import { scriptView } from './views/script.ts'
import { stageView } from './views/stage.ts'

/** What the views can ask for. */
export interface Acts {
  picked(picks: Picks): void
  rate(rating: number): void
  remedy(remedy: Remedy): void
}

/** Draws the panel: each view its own part of the page, from the whole state. */
export function createRenderer(acts: Acts): (state: PanelState) => void {
  const stage = stageView()
  const page = pageView()
  const pickers = pickersView(acts.picked)
  const air = airView()
  const script = scriptView()
  const ended = endedView(acts.rate)
  const problem = problemView(acts.remedy)
  return state => {
    page(state.page)
    pickers(state)
    air(state.stage)
    ended(state)
    problem(state.stage)
    script(state)
    stage(state)
  }
}

/** Draws what changes with the time. */
export function drawClocks(state: PanelState): void {
  drawAirClock(state.stage, Date.now())
  drawWait(state.stage, Date.now())
}
