import { needNode } from '../packages/server/entry.js'

// Reads no `.env`: the demo brings its own settings.
needNode('The demo needs')
const { main } = await import('./main.ts')
await main(process.argv.slice(2), process.env)
