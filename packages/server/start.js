import { needNode, readDotEnv } from './entry.js'

needNode('Parker needs')
readDotEnv({ failure: 'Parker cannot start. .env cannot be read', exitCode: 78 })
const { useCompileCache } = await import('./compile-cache.js')
useCompileCache()
const { main } = await import('./src/main.ts')
await main(process.env)
