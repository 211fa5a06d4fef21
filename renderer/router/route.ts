/**
 * The address of a view: `#/run/run_k3v9x2?x=flops&smooth=0.8`. Pure: text in, parts out, and back to the same text. The
 * hash restores a view exactly, so what a view lets a reader set lives here, not in the view.
 */
export interface Route {
  readonly view: string
  /** What the view is about, an id as a rule. */
  readonly subject: string | null
  /** Settings of the view. Only what differs from the default is written. */
  readonly query: Readonly<Record<string, string>>
}

export const homeRoute: Route = { view: 'start', subject: null, query: {} }

/** Also takes `switchpoint://run/run_x?…` as pasted from the desktop. Anything odd leads home. */
export function parseRoute(hash: string): Route {
  const text = hash.replace(/^switchpoint:\/\//, '').replace(/^#?\/?/, '')
  const [path = '', search = ''] = text.split('?', 2)
  const [view, subject, ...rest] = path.split('/').map(decode)
  if (!view || rest.some(Boolean)) return homeRoute
  return { view, subject: subject || null, query: Object.fromEntries(new URLSearchParams(search)) }
}

export function formatRoute({ view, subject, query }: Route): string {
  const path = [view, subject].filter((part): part is string => part !== null && part !== '').map(encodeURIComponent)
  const search = new URLSearchParams(Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1))).toString()
  return `#/${path.join('/')}${search && `?${search}`}`
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
