import { needNode, readDotEnv } from '../packages/server/entry.js'

needNode('The voice test needs')
readDotEnv({ failure: 'The voice test cannot start. .env cannot be read', exitCode: 78 })
const { main } = await import('./main.ts')
process.exitCode = await main(process.argv.slice(2), process.env)
