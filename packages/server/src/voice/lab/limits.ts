/** Lowest and highest good value, both included. */
type Range = readonly [number, number]

/** One thing that is measured, and what is asked of it. */
export interface Limit {
  title: string
  unit: 'ms' | 's' | '×' | 'LUFS' | 'dBTP' | 'dBFS' | 'runs' | '%' | 'words/min'
  /** Decimals that mean something. */
  decimals: 0 | 1 | 2
  pass: Range
  /** Outside of it: fail. */
  warn: Range
  /** What a value below or above is called. */
  low?: string
  high?: string
  /** How it is measured, and by which standard. */
  method: string
  /** Why these limits. */
  because: string
}

const NO_LIMIT = Number.POSITIVE_INFINITY

/**
 * Every check of the voice test with its limits: the only place where they stand. Where no standard sets a limit it is our
 * judgement, and says so.
 */
export const LIMITS = {
  speech_seconds: {
    title: 'Speech',
    unit: 's',
    decimals: 2,
    pass: [0.3, 120],
    warn: [0.15, 180],
    low: 'silence',
    high: 'does not stop',
    method: 'Time above the threshold of ITU-T P.56, method B, where speech is louder than -50 dBFS.',
    because: 'A third of a second is the shortest word; nobody listens to one turn for two minutes.',
  },
  first_audio_ms: {
    title: 'Time to first audio',
    unit: 'ms',
    decimals: 0,
    pass: [0, 1000],
    warn: [0, 2000],
    high: 'late start',
    method: 'From asking for the reply to the first piece of audio.',
    because: 'A silence of more than about a second is heard as trouble in talk (G. Jefferson, 1989).',
  },
  first_speech_ms: {
    title: 'Time to first word',
    unit: 'ms',
    decimals: 0,
    pass: [0, 1200],
    warn: [0, 2200],
    high: 'late start',
    method: 'Time to first audio, and the silence at its beginning.',
    because: 'As for the first audio, with 0.2 s for a breath: what counts for the listener is the first word.',
  },
  realtime_factor: {
    title: 'Real-time factor',
    unit: '×',
    decimals: 2,
    pass: [1.2, NO_LIMIT],
    warn: [1, NO_LIMIT],
    low: 'slower than speech',
    method: 'Seconds of audio that arrive in a second, after the first piece.',
    because: 'Below 1 any player runs dry; a fifth more is a margin for the network (our judgement).',
  },
  stalled_ms: {
    title: 'Stalls',
    unit: 'ms',
    decimals: 0,
    pass: [0, 60],
    warn: [0, 250],
    high: 'stalling',
    method: 'How long a player without a buffer would have stood still.',
    because: 'Three frames of 20 ms hide in any player; a quarter of a second is a hole in a word (our judgement).',
  },
  loudness_lufs: {
    title: 'Loudness',
    unit: 'LUFS',
    decimals: 1,
    pass: [-27, -14],
    warn: [-32, -10],
    low: 'too quiet',
    high: 'too loud',
    method: 'Integrated loudness, ITU-R BS.1770-4 with its gates (EBU R 128).',
    because:
      'EBU R 128 asks for -23 LUFS, AES TD1004 for -20 to -16 in streams, of whole programmes; one voice may lie around them.',
  },
  true_peak_dbtp: {
    title: 'True peak',
    unit: 'dBTP',
    decimals: 1,
    pass: [-NO_LIMIT, -1],
    warn: [-NO_LIMIT, 0],
    high: 'overload',
    method: 'Four times oversampled, ITU-R BS.1770-4, annex 2.',
    because: 'EBU R 128 allows -1 dBTP; above 0 a decoder or a sound card clips.',
  },
  clipped_runs: {
    title: 'Clipping',
    unit: 'runs',
    decimals: 0,
    pass: [0, 0],
    warn: [0, 3],
    high: 'clipping',
    method: 'Runs of three samples or more at full scale, or of four at the flat top of the wave.',
    because: 'A synthetic voice has no reason to clip; a few runs may pass unheard (our judgement).',
  },
  silence_ratio: {
    title: 'Silence',
    unit: '%',
    decimals: 0,
    pass: [0, 40],
    warn: [0, 60],
    high: 'mostly silence',
    method: 'Share of the time that ITU-T P.56, method B, does not count as speech.',
    because: 'Read speech pauses for a fifth to a third of the time; half of it is halting (our judgement).',
  },
  longest_gap_ms: {
    title: 'Longest gap',
    unit: 'ms',
    decimals: 0,
    pass: [0, 1000],
    warn: [0, 1500],
    high: 'long gap',
    method: 'Longest stretch inside the speech whose 10 ms frames stay below the threshold of ITU-T P.56.',
    because:
      'Speakers pause for 0.2 to 1 s between phrases; longer ones are another class (E. Campione and J. Véronis, Speech Prosody 2002).',
  },
  long_pauses_share: {
    title: 'Time in long pauses',
    unit: '%',
    decimals: 0,
    pass: [0, 20],
    warn: [0, 35],
    high: 'long gaps',
    method: 'Share of the time from the first sound of speech to the last in gaps of half a second and more.',
    because: 'Ends of sentences take about a tenth; a fifth is dramatic, a third is a broken line (our judgement).',
  },
  noise_floor_dbfs: {
    title: 'Noise floor',
    unit: 'dBFS',
    decimals: 0,
    pass: [-NO_LIMIT, -48],
    warn: [-NO_LIMIT, -40],
    high: 'noise',
    method: 'Level of the quietest 30 ms inside a second of speech or more.',
    because: 'Some 25 dB below speech at -23 LUFS hiss is hardly noticed, 17 dB below it is plain (our judgement).',
  },
  words_per_minute: {
    title: 'Speaking rate',
    unit: 'words/min',
    decimals: 0,
    pass: [120, 230],
    warn: [90, 270],
    low: 'too slow',
    high: 'too fast',
    method: 'Words said over the time from the first sound of speech to the last, pauses included.',
    because:
      'Radio speaks at 150 to 170, conversation at 190 to 230 words a minute (S. Tauroza and D. Allison, Applied Linguistics 11(1), 1990).',
  },
  word_error_rate: {
    title: 'Word errors',
    unit: '%',
    decimals: 1,
    pass: [0, 5],
    warn: [0, 15],
    high: 'wrong words',
    method: 'Least number of words changed, left out and put in, over words asked for (Levenshtein).',
    because: 'A slip in twenty words may be the transcript’s; one in seven is another sentence (our judgement).',
  },
} as const satisfies Record<string, Limit>

export type CheckName = keyof typeof LIMITS

/** What was measured, by check, in the unit of its limit; null where it could not be. */
export type Figures = Record<CheckName, number | null>

/**
 * When two voices count as different. No standard says; a voice's distance from itself is the yardstick, and two semitones
 * are plainly heard as another pitch (our judgement).
 */
export const VOICES_DIFFER = { timesOwnDistance: 2, semitones: 2 } as const
