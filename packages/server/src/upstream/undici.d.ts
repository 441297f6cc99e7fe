/*
 * The parts of undici that we use. Its index loads fetch, WebSocket, caches and mocks along with them, which an idle
 * service would carry as some 14 MB of memory.
 */
declare module 'undici/lib/dispatcher/pool.js' {
  export { Pool as default } from 'undici'
}

declare module 'undici/lib/core/errors.js' {
  export { errors as default } from 'undici'
}
