/**
 * How long an engine lives: as long as somebody needs it, and `lingerMs` more, so that a window that reloads or a command
 * that follows another finds it still there.
 */
export interface Needs {
  /** Windows, pages and commands connected now. */
  readonly clients: number
  /** Runs that go on without a window, queued or running, and studies started so. */
  readonly detached: number
}

export interface Lifetime {
  /** Look again: something was connected, disconnected, started or ended. */
  check(): void
  stop(): void
}

export interface LifetimeDeps {
  readonly lingerMs: number
  needs(): Needs
  /** Nobody has needed the engine for `lingerMs`. Called once. */
  end(): void
}

/** Pure: does the engine have a reason to be there? */
export const isNeeded = ({ clients, detached }: Needs): boolean => clients > 0 || detached > 0

const passingMs = 10_000

/** Pure: is there at most one client that stays? A command that only looks in keeps nothing alive. `since`: when each came. */
export const isAlone = (since: readonly number[], now: number): boolean =>
  since.filter((at) => now - at >= passingMs).length <= 1

export function createLifetime({ lingerMs, needs, end }: LifetimeDeps): Lifetime {
  let timer: NodeJS.Timeout | undefined
  const stop = () => {
    clearTimeout(timer)
    timer = undefined
  }
  return {
    check() {
      if (isNeeded(needs())) return stop()
      timer ??= setTimeout(() => {
        timer = undefined
        if (!isNeeded(needs())) end()
      }, lingerMs)
    },
    stop,
  }
}
