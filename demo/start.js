import { needNode } from '../packages/server/entry.js'

// Reads no `.env`: the demo brings its own settings.
needNode('The demo needs')
const { main } = await import('./main.ts').catch(explain)
await main(process.argv.slice(2), process.env)

/** What an installation for production leaves out is no fault of the demo's. */
function explain(error) {
  const [, name] = /^Cannot find package '([^']+)'/.exec(error.message) ?? []
  if (!name) throw error
  process.stderr.write(
    `The demo needs the package ${name}, which is not installed here. \`npm ci\` installs it (leave out --omit=dev).\n`,
  )
  process.exit(1)
}
