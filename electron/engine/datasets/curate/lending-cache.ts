/**
 * Things that are costly to make and must be given back (tables in memory), made once for all who ask for them at the same
 * time, kept while someone works with them, and dropped least recently used first when they cost too much together.
 */
export interface LendingCache<T> {
  use<R>(key: string, make: () => Promise<T>, work: (value: T) => Promise<R>): Promise<R>
  /** Drops whatever nobody works with whose key begins so; all with ''. */
  forget(prefix: string): Promise<void>
}

export interface LendingOptions<T> {
  readonly most: number
  cost(value: T): number
  drop(value: T): Promise<void>
}

interface Entry<T> {
  readonly made: Promise<T>
  cost: number
  users: number
}

export function createLendingCache<T>({ most, cost, drop }: LendingOptions<T>): LendingCache<T> {
  /** Least recently used first. */
  const entries = new Map<string, Entry<T>>()

  function entryOf(key: string, make: () => Promise<T>): Entry<T> {
    const known = entries.get(key)
    if (known) {
      entries.delete(key)
      entries.set(key, known)
      return known
    }
    const entry: Entry<T> = { made: make(), cost: 0, users: 0 }
    entries.set(key, entry)
    entry.made.then(
      (value) => (entry.cost = cost(value)),
      // What could not be made is tried anew by the next who asks.
      () => entries.get(key) === entry && entries.delete(key),
    )
    return entry
  }
  async function dropIdle(isUnwanted: (key: string) => boolean): Promise<void> {
    const gone: Promise<T>[] = []
    for (const [key, entry] of entries) {
      if (entry.users > 0 || !isUnwanted(key)) continue
      entries.delete(key)
      gone.push(entry.made)
    }
    for (const made of gone) {
      const value = await made.catch(() => null)
      if (value !== null) await drop(value)
    }
  }
  const held = () => [...entries.values()].reduce((sum, entry) => sum + entry.cost, 0)

  return {
    async use(key, make, work) {
      const entry = entryOf(key, make)
      entry.users++
      try {
        return await work(await entry.made)
      } finally {
        entry.users--
        // One more look each time, so that none is dropped beyond need.
        await dropIdle((each) => each !== key && held() > most)
      }
    },
    forget: (prefix) => dropIdle((key) => key.startsWith(prefix)),
  }
}
