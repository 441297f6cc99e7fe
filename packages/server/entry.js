// What every entry does before it loads TypeScript. Plain JavaScript, so that an older Node can run it far enough to
// say what is wrong.

const OLDEST_NODE = 24

/** Ends the process on a Node that is too old. `who` begins the sentence: "The demo needs". */
export function needNode(who) {
  if (Number(process.versions.node.split('.')[0]) >= OLDEST_NODE) return
  process.stderr.write(
    `${who} Node ${OLDEST_NODE} or newer; this is ${process.version}.\n` +
      'On Linux `npm ci` brings Node 24 along (leave out --omit=optional); elsewhere install it from https://nodejs.org.\n',
  )
  process.exit(1)
}

/** Adds `.env` to the environment where there is one; one that cannot be read ends the process. */
export function readDotEnv({ failure, exitCode }) {
  // An empty value counts as unset, so it must not keep .env from setting it.
  for (const [name, value] of Object.entries(process.env)) if (value === '') delete process.env[name]
  try {
    process.loadEnvFile('.env')
  } catch (error) {
    if (error.code === 'ENOENT') return
    process.stderr.write(`${failure} (${error.code}).\n`)
    process.exit(exitCode)
  }
}
