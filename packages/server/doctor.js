import { needNode, readDotEnv } from './entry.js'

needNode('Parker needs')
readDotEnv({ failure: '.env cannot be read', exitCode: 1 })
const { main } = await import('./src/doctor/main.ts')
process.exitCode = await main(process.argv.slice(2), process.env)
