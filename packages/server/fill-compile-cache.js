// Loads the service without starting it, so that all of it is in the compile cache.
import { enableCompileCache, flushCompileCache } from 'node:module'

enableCompileCache(process.argv[2])
await import('./src/main.ts')
// Loaded on demand, where the settings ask for them.
for (const module of ['identity/jwt', 'limits/shared-rates', 'store/redis', 'voice/sharing'])
  await import(`./src/${module}.ts`)
flushCompileCache()
process.exit(0)
