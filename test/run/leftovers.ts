import { after } from 'node:test'

/** Longer than the last clearing up of any file takes, milliseconds; whoever loads this may ask for another. */
const PATIENCE_MS = Number(new URL(import.meta.url).searchParams.get('patienceMs') ?? 20_000)

/*
 * Loaded before each test file. A test that failed may leave a service running, which would keep the file's process
 * alive for ever. (`--test-force-exit` ends it at once, and with it reports that are still on their way.) A file that
 * ends before its tests have is a failure.
 */
let ended = false
after(() => {
  ended = true
  setTimeout(() => process.exit(), PATIENCE_MS).unref()
})
process.on('exit', code => {
  if (code === 0 && !ended) process.exitCode = 1
})
