/**
 * Units a second over the last few seconds of work: quick enough to follow a change, slow enough not to jump.
 * Units  time in ms, rate in units a second.
 */
const windowMs = 10_000
const fewestMs = 500

export interface RateMeter {
  /** Notes that `done` units were through at `at`; the rate, or null while there is too little to tell. */
  add(at: number, done: number): number | null
}

export function rateMeter(): RateMeter {
  const marks: { at: number; done: number }[] = []
  return {
    add(at, done) {
      const last = marks.at(-1)
      // Work that counts anew (a second pass) starts a new rate.
      if (last && done < last.done) marks.length = 0
      if (!last || at - last.at >= 100) marks.push({ at, done })
      while (marks.length > 2 && at - marks[0]!.at > windowMs) marks.shift()
      const first = marks[0]!
      return at - first.at < fewestMs ? null : ((done - first.done) / (at - first.at)) * 1000
    },
  }
}
