/** What one sees while the grid runs. */
export interface Progress {
  /** One more is done. */
  done(name: string, outcome: string): void
  end(): void
}

const WIDTH = 24

/** A bar on a terminal, a line for each cell elsewhere. */
export function progress(total: number, out: NodeJS.WriteStream): Progress {
  let count = 0
  const bar = () => {
    const full = Math.round((count / Math.max(1, total)) * WIDTH)
    return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${count}/${total}`
  }
  if (out.isTTY) out.write(bar())
  return {
    done(name, outcome) {
      count++
      if (out.isTTY) out.write(`\r\u001b[K${name}: ${outcome}\n${bar()}`)
      else out.write(`${count}/${total} ${name}: ${outcome}\n`)
    },
    end() {
      if (out.isTTY) out.write('\r\u001b[K')
    },
  }
}
