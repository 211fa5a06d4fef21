/**
 * `serve` prints a link with `#token=…`, a fragment that no server or log ever sees. It is kept for reloads of this tab and
 * taken out of the address, so that a copied link does not carry it and the rest is the view's own address.
 */
export const tokenKey = 'switchpoint.token'

/** The token of a hash and what is left of the hash; null where it has none. Pure. */
export function splitToken(hash: string): { readonly token: string; readonly rest: string } | null {
  const found = /^#token=([\w-]+)[&#]?(.*)$/.exec(hash)
  return found ? { token: found[1] ?? '', rest: found[2] ?? '' } : null
}

export function putTokenAside(location: Location, history: History, storage: Storage): void {
  const found = splitToken(location.hash)
  if (!found) return
  storage.setItem(tokenKey, found.token)
  history.replaceState(null, '', `${location.pathname}${location.search}${found.rest && `#${found.rest}`}`)
}
