import { type RunningService, startService } from './service.ts'

type Settings = Record<string, string>

/** What shall be ended with a test, or with all of them. */
export interface Scope {
  after(end: () => unknown): void
}

/** As `startService`, until the scope ends. Not asked to stop: an end in good order takes half a second, and is proved elsewhere. */
export async function serviceFor(scope: Scope, settings: Settings): Promise<RunningService> {
  const service = await startService(settings)
  scope.after(() => service.child.kill('SIGKILL'))
  return service
}

/** Services that are stopped together. */
export function serviceGroup() {
  const started: Promise<RunningService>[] = []
  return {
    /** As `startService`. */
    start(settings: Settings): Promise<RunningService> {
      const service = startService(settings)
      started.push(service)
      return service
    },
    /** Stops those that have started, also where others have not. */
    async stopAll(): Promise<void> {
      for (const one of await Promise.allSettled(started)) if (one.status === 'fulfilled') await one.value.stop()
    },
  }
}
