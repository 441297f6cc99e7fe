import type { Call, CallRequest } from './call.ts'
import { createCall } from './create-call.ts'
import { createService, type ServiceSetup } from './service.ts'
import type { Options } from './wire.ts'

/** A service of Parker's, ready to be called. */
export interface Parker {
  /** What one may ask for: for pickers. @throws ParkerError */
  options(): Promise<Options>
  /** A new call. Nothing happens before `prepare()` or `connect()`. */
  call(request?: CallRequest): Call
}

/** Nothing is asked of the service yet. @throws TypeError if `service` is not its address. */
export function createParker(setup: ServiceSetup): Parker {
  const service = createService(setup)
  return { options: service.options, call: (request = {}) => createCall(service, request) }
}
