// Loads the service without starting it, so that all of it is in the compile cache.
import { enableCompileCache, flushCompileCache } from 'node:module'

enableCompileCache(process.argv[2])
await import('./src/main.ts')
// Loaded on demand, where the settings ask for them.
const ON_DEMAND = [
  ...['identity/jwt', 'limits/shared-rates', 'store/redis', 'voice/sharing'],
  ...['calls/calls', 'observe/call-events', 'http/routes/calls', 'http/docs-app'],
]
for (const module of ON_DEMAND) await import(`./src/${module}.ts`)
const { loadSockets } = await import('./src/upstream/socket.ts')
await loadSockets()
flushCompileCache()
process.exit(0)
