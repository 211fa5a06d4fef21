/** The comparison in words: who leads at the budget and whether the difference is larger than its uncertainty. */
import type { Standing } from '../../curves/families.ts'

export interface Verdict {
  readonly title: string
  readonly text: string
}

export function verdictAt(ranked: readonly Standing[]): Verdict {
  const [first, second] = ranked.filter(({ spot }) => spot !== null)
  if (!first) return { title: 'No family has begun at this budget', text: 'Move the line to the right.' }
  if (!second)
    return { title: `Only ${first.family.title} has begun at this budget`, text: 'Nothing to compare it with.' }
  const gap = first.spot!.value - second.spot!.value
  const half = Math.hypot(...[first, second].map(({ spot }) => (spot!.hi - spot!.lo) / 2))
  const isSure = gap > half
  const seeds = Math.min(first.family.seeds, second.family.seeds)
  return {
    title: isSure
      ? `${first.family.title} leads by ${gap.toFixed(1)} points`
      : `${first.family.title} and ${second.family.title} cannot be told apart`,
    text: [
      isSure
        ? `${second.family.title} is next; the difference is ${gap.toFixed(1)} ± ${half.toFixed(1)}.`
        : `The difference is ${gap.toFixed(1)} ± ${half.toFixed(1)}.`,
      seeds < 2
        ? 'One seed: the intervals are those of the test prompts and hold no spread of seeds.'
        : `Intervals over ${seeds} seeds or more.`,
    ].join(' '),
  }
}
