import type { CheckName } from '../lab/limits.ts'
import type { ReportClip, Turn } from './report.ts'

/** One line of the voice checklist. */
export interface ChecklistLine {
  line: string
  /** Checks that measure it, over all its clips. */
  checks?: readonly CheckName[]
  /** Voices whose pitch is compared: the first is to be the lower. */
  lower?: readonly [string, string]
  /** What only a listener can tell. */
  ask?: string
  /** Which clips it is about: all, unless told. */
  clips?: (clip: ReportClip) => boolean
  /** Where it is shown instead, for what a voice cannot show. */
  elsewhere?: string
}

const voice =
  (name: string) =>
  ({ result }: ReportClip) =>
    result.voice === name
const difficulty =
  (name: string) =>
  ({ result }: ReportClip) =>
    result.difficulty === name
const turn =
  (...names: Turn[]) =>
  (clip: ReportClip) =>
    names.includes(clip.turn)

/** The voice checklist, group by group. */
export const CHECKLIST: Record<string, readonly ChecklistLine[]> = {
  'Audio quality': [
    { line: 'Verse is natural and enthusiastic', ask: 'Natural, and glad to be there?', clips: voice('verse') },
    { line: 'Cedar is authoritative', ask: 'Would you believe this voice?', clips: voice('cedar') },
    { line: 'Cedar is deep', lower: ['cedar', 'marin'] },
    { line: 'Marin is conversational and light', ask: 'Easy, light, like talk?', clips: voice('marin') },
    { line: 'Pronunciation is clear', checks: ['word_error_rate'], ask: 'Every word understood at first hearing?' },
    {
      line: 'No artefacts or distortion',
      checks: ['clipped_runs', 'true_peak_dbtp', 'noise_floor_dbfs', 'stalled_ms'],
      ask: 'Any click, buzz, metallic ring or break?',
    },
    { line: 'The pace fits', checks: ['words_per_minute', 'long_pauses_share'] },
  ],
  Personality: [
    { line: 'Easy is encouraging', ask: 'Does it encourage you?', clips: difficulty('easy') },
    { line: 'Savage is brutally honest', ask: 'Blunt, and still fun?', clips: difficulty('savage') },
    { line: 'It sounds like sports commentary', ask: 'Would it pass on the air?' },
    { line: 'The energy fits Parker', ask: 'Loud where it matters, quiet where it does not?' },
    { line: 'Authentic and engaging', ask: 'Would you keep listening?' },
  ],
  Interaction: [
    {
      line: 'Answers greetings',
      checks: ['speech_seconds'],
      ask: 'Does it greet back, as Parker?',
      clips: turn('greeting'),
    },
    {
      line: 'Handles sports questions',
      checks: ['speech_seconds'],
      ask: 'Does it answer what was asked?',
      clips: turn('question'),
    },
    { line: 'Stays in character', ask: 'Still Parker, and back to sports?', clips: turn('astray') },
    { line: 'Turn-taking is smooth', checks: ['first_speech_ms'] },
    { line: 'No awkward pauses or interruptions', checks: ['longest_gap_ms', 'long_pauses_share', 'stalled_ms'] },
  ],
  Integration: [
    {
      line: 'Works from the extension’s origin',
      elsewhere: '`npm run doctor` against your deployment, and `npm test`.',
    },
    { line: 'Works from ESPN’s origin', elsewhere: '`npm run doctor` against your deployment, and `npm test`.' },
    {
      line: 'A token takes under 200 ms of our own',
      elsewhere: '`npm run bench`, `GET /v1/voice/metrics` and `/metrics`.',
    },
    {
      line: 'WebRTC is stable',
      elsewhere: 'Reports on calls: `/monitor` shows loss, jitter and concealment as users had them.',
    },
    { line: 'Audio is smooth', checks: ['realtime_factor', 'stalled_ms'] },
  ],
  'Sports commentary': [
    {
      line: 'Current events',
      ask: 'Honest about having no live feed, and no made-up news?',
      clips: turn('question'),
    },
    { line: 'Enthusiasm for games', ask: 'Does the game matter to this voice?' },
    { line: 'Engaging', ask: 'Does it make you want to answer?' },
    {
      line: 'Adapts to different sports',
      ask: 'Does it talk like this sport’s people?',
      clips: ({ result }) => result.sport !== null,
    },
    { line: 'Keeps the personality', ask: 'The same Parker in all of them?' },
  ],
  Monitoring: [
    { line: 'Voice quality is watched', elsewhere: '`POST /v1/voice/test`, reports on calls, `/monitor`.' },
    { line: 'Response times are watched', elsewhere: '`GET /v1/voice/metrics`.' },
    { line: 'User satisfaction is watched', elsewhere: 'Ratings in `POST /v1/voice/reports`.' },
    { line: 'Voice requests are counted', elsewhere: '`GET /v1/voice/metrics`.' },
  ],
}
