import { burstPanel } from './burst.js'
import { lineup } from './lineup.js'
import { budgetLines, livePanel } from './live.js'
import { foreignPanel, overPanel } from './refusals.js'
import { talkPanel } from './talk.js'
import { tokenPanel } from './token.js'

livePanel()
budgetLines()
const picked = lineup()
talkPanel(picked)
tokenPanel(picked)
burstPanel(picked)
overPanel()
foreignPanel()
