import { byId, ms, onSubmit, rows } from './dom.js'

/** The call that is judged: the last one, until there is another. */
let judged

/** Makes room for the next call. */
export function clearVerdict() {
  judged = undefined
  byId('verdict').reset()
  byId('verdict').hidden = true
}

/** Shows how the call went, if there was one. */
export async function showVerdict(call) {
  judged = call
  const { stats, duration_seconds } = await call.summary()
  if (judged !== call || duration_seconds === undefined) return
  byId('verdict-figures').replaceChildren(...rows(figures(stats, duration_seconds)))
  byId('verdict-status').textContent = 'The figures above go along.'
  byId('verdict').querySelector('button').disabled = false
  byId('verdict').hidden = false
}

function figures(stats, seconds) {
  const talked = ['Talked', `${seconds.toFixed(0)} s`]
  if (!stats) return [talked]
  const { packets_lost, packets_received, jitter_ms, rtt_ms, concealed_share } = stats
  return [
    talked,
    ['Packets lost', `${packets_lost} of ${packets_lost + packets_received}`],
    ['Jitter', ms(jitter_ms)],
    ['Round trip', rtt_ms === undefined ? '–' : ms(rtt_ms)],
    ['Concealed', `${(concealed_share * 100).toFixed(1)} %`],
  ]
}

/** Whether the report was this one. A call is reported once, after a minute without a rating. */
const OUTCOMES = { true: 'Reported. Thank you.', false: 'This call was reported before.' }

/** Sends rating and comment with the report. */
export function verdictForm() {
  onSubmit(byId('verdict'), async () => {
    const call = judged
    const { rating, comment } = Object.fromEntries(new FormData(byId('verdict')))
    const feedback = { ...(rating && { rating: Number(rating) }), ...(comment.trim() && { comment: comment.trim() }) }
    const outcome = await call.report(feedback).catch(error => error)
    if (judged !== call) return
    byId('verdict-status').textContent = OUTCOMES[outcome] ?? `Not reported: ${outcome.message}`
    // What did not arrive may be sent again; what did may not.
    byId('verdict').querySelector('button').disabled = typeof outcome === 'boolean'
  })
}
