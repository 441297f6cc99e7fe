/**
 * The service's address without slashes at its end. It may have a path, as behind a proxy, but not that of an endpoint.
 * @throws TypeError if it is no such address.
 */
export function baseOf(service: string | URL): string {
  const address = String(service)
  if (!URL.canParse(address) || !/^https?:\/\/(?!.*([?#]|\/v1(\/*$|\/realtime)))/i.test(address))
    throw new TypeError(
      `service must be an http(s) address such as https://parker.example, without /v1/…; it is "${address}"`,
    )
  return address.replace(/\/+$/, '')
}
