import { needNode } from '../../packages/server/entry.js'

needNode('The tests need')
const { main } = await import('./main.ts')
process.exitCode = await main(process.argv.slice(2), process.env)
