/** Mel, in which equal steps sound equally far apart: D. O'Shaughnessy, "Speech Communication" (1987). */
export function melOf(hz: number): number {
  return 2595 * Math.log10(1 + hz / 700)
}

/** The other way round. */
export function hzOf(mel: number): number {
  return 700 * (10 ** (mel / 2595) - 1)
}
