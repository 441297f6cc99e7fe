/** The client's one public entry. */
export const CLIENT_VERSION = '1.0.0'
