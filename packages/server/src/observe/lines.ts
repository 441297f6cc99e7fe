import { constants, fstatSync, openSync, write, writeSync } from 'node:fs'

/** Writes lines to a file descriptor in the background, in order. */
export interface LineWriter {
  /** Takes a line with its line end; false where it is lost, since too many wait. Never throws, never waits. */
  write(line: string): boolean
  /** Writes what is waiting before it returns; for the end of the process. */
  flush(): void
  /** Lines that were taken and could not be written, since nobody reads any more or the disk is full. */
  readonly dropped: number
}

/** Lines that nobody reads pile up in memory at most this far; further ones are dropped rather than stop the service. */
const MAX_WAITING_BYTES = 8 * 1_048_576
/** A pipe that is full is tried again after so long, then twice as long and so on; milliseconds. */
const FIRST_RETRY_MS = 1
const LONGEST_RETRY_MS = 100
/** How often flush() tries a full pipe before it gives up. */
const MOST_RETRIES = 10

/** Where lines go. */
export interface Output {
  fd: number
  /** Whether a write may wait for a reader. */
  mayBlock: boolean
}

/**
 * Stdout; where it is a pipe and the system lets us, by a file descriptor that does not block: a write into a full pipe
 * that nobody reads would never return, and a process with such a write under way cannot end.
 */
export function unblockedStdout(): Output {
  try {
    const kind = fstatSync(1)
    if (!kind.isFIFO()) return { fd: 1, mayBlock: !kind.isFile() }
    return { fd: openSync('/proc/self/fd/1', constants.O_WRONLY | constants.O_NONBLOCK), mayBlock: false }
  } catch {
    return { fd: 1, mayBlock: true }
  }
}

/**
 * Lines of one turn of the event loop go out together, which is a good deal cheaper than one by one. What may block is
 * written by another thread; the switches between the two cost more than the writes.
 */
export function lineWriter({ fd, mayBlock }: Output): LineWriter {
  let waiting: string[] = []
  let waitingBytes = 0
  /** What goes out before them, as far as it has not, and of how many lines it was made. */
  let rest = Buffer.alloc(0)
  let restLines = 0
  let dropped = 0
  let scheduled = false
  let underWay = false
  let retryMs = FIRST_RETRY_MS

  function takeWaiting(): void {
    rest = Buffer.from(waiting.join(''))
    restLines = waiting.length
    waiting = []
    waitingBytes = 0
  }

  function next(): void {
    if (rest.length === 0) takeWaiting()
    scheduled = rest.length > 0
    if (scheduled && mayBlock) writeElsewhere()
    else if (scheduled) writeHere()
  }

  function writeElsewhere(): void {
    underWay = true
    write(fd, rest, written)
  }

  function writeHere(): void {
    let bytes = 0
    let failure: NodeJS.ErrnoException | null = null
    try {
      bytes = writeSync(fd, rest)
    } catch (error) {
      failure = error as NodeJS.ErrnoException
    }
    written(failure, bytes)
  }

  function written(error: NodeJS.ErrnoException | null, bytes: number): void {
    underWay = false
    if (error && isFull(error)) {
      setTimeout(next, retryMs)
      retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
      return
    }
    retryMs = FIRST_RETRY_MS
    // Nobody reads any more (EPIPE), or the disk is full: there is nowhere to say so but the metrics.
    if (error) dropped += restLines
    rest = rest.subarray(error ? rest.length : bytes)
    next()
  }

  return {
    get dropped() {
      return dropped
    },
    write(line) {
      if (waitingBytes + line.length > MAX_WAITING_BYTES) return false
      waiting.push(line)
      waitingBytes += line.length
      if (!scheduled) setImmediate(next)
      scheduled = true
      return true
    },
    flush() {
      // A write under way is another thread's, and cannot be taken back.
      if (underWay) rest = rest.subarray(rest.length)
      for (let retries = 0; retries < MOST_RETRIES; ) {
        if (rest.length === 0) takeWaiting()
        if (rest.length === 0) return
        try {
          rest = rest.subarray(writeSync(fd, rest))
        } catch (error) {
          if (!isFull(error as NodeJS.ErrnoException)) return
          retries++
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LONGEST_RETRY_MS)
        }
      }
    },
  }
}

function isFull({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EAGAIN' || code === 'EBUSY'
}
