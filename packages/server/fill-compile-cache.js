// Loads the service without starting it, so that all of it is in the compile cache.
import { enableCompileCache, flushCompileCache } from 'node:module'

enableCompileCache(process.argv[2])
await import('./src/main.ts')
flushCompileCache()
process.exit(0)
