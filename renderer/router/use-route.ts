/** The page's route as state, and the settings in it as refs that views can bind. */
import { computed, shallowRef, type WritableComputedRef } from 'vue'
import { putTokenAside } from '../rpc/page-token.ts'
import { formatRoute, parseRoute, type Route } from './route.ts'

// Here and not in main.ts: whoever imports the router first, in whatever chunk, finds an address without a token.
putTokenAside(window.location, window.history, window.sessionStorage)

const route = shallowRef<Route>(parseRoute(window.location.hash))
window.addEventListener('hashchange', () => (route.value = parseRoute(window.location.hash)))

export const useRoute = () => route

/** Goes to a view: a new entry in the history. */
export function go(view: string, subject: string | null = null, query: Record<string, string> = {}): void {
  window.location.hash = formatRoute({ view, subject, query })
}

export const linkTo = (view: string, subject: string | null = null, query: Record<string, string> = {}): string =>
  formatRoute({ view, subject, query })

/** Changes settings of the view that is shown without a new entry in the history; null takes one out. */
export function setQuery(changes: Readonly<Record<string, string | null>>): void {
  const query: Record<string, string> = { ...route.value.query }
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) delete query[key]
    else query[key] = value
  }
  route.value = { ...route.value, query }
  window.history.replaceState(null, '', formatRoute(route.value))
}

/**
 * A setting in the address, typed. `read` gives undefined for a text it does not take; then, and where nothing stands, the
 * default holds. The default itself is never written.
 */
export function useQuery<T>(
  key: string,
  fallback: T,
  read: (text: string) => T | undefined,
  write: (value: T) => string = String,
): WritableComputedRef<T> {
  return computed({
    get() {
      const text = route.value.query[key]
      return (text === undefined ? undefined : read(text)) ?? fallback
    },
    set(value) {
      const text = write(value)
      setQuery({ [key]: text === write(fallback) ? null : text })
    },
  })
}

export const useTextQuery = (key: string, fallback = '') => useQuery<string>(key, fallback, (text) => text)

export const useNumberQuery = (key: string, fallback: number) =>
  useQuery<number>(key, fallback, (text) => (text !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined))

export const useChoiceQuery = <T extends string>(key: string, choices: readonly T[], fallback: T) =>
  useQuery<T>(key, fallback, (text) => choices.find((choice) => choice === text))

export const useFlagQuery = (key: string, fallback = false) =>
  useQuery<boolean>(
    key,
    fallback,
    (text) => (text === '1' ? true : text === '0' ? false : undefined),
    (on) => (on ? '1' : '0'),
  )

/** A list of ids, in the order they were chosen. */
export const useListQuery = (key: string) =>
  useQuery<readonly string[]>(
    key,
    [],
    (text) => text.split(',').filter(Boolean),
    (list) => list.join(','),
  )

/** What a table is sorted by: `?sort=rows&desc=1`. */
export const useSortQuery = (): WritableComputedRef<{ readonly column: string; readonly descending: boolean } | null> =>
  computed({
    get() {
      const { sort, desc } = route.value.query
      return sort ? { column: sort, descending: desc === '1' } : null
    },
    set: (value) => setQuery({ sort: value?.column ?? null, desc: value?.descending ? '1' : null }),
  })
