/** Decisions and results of a search in plain words. Pure. */
import { centralZ } from '#shared/analysis/distributions.ts'
import type { Belief, SearchDecision } from '#shared/analysis/switch-search.ts'
import type { SwitchCandidate, stopReasons } from '#shared/contract/switch-study.ts'
import { formatFlops } from '#shared/flops/units.ts'
import type { Move } from './round.ts'
import type { Branch } from './search-facts.ts'

const percent = (share: number): string => {
  const value = 100 * share
  return value > 0 && value < 1 ? 'under 1 %' : `${Math.round(value)} %`
}
const score = (value: number): string => value.toFixed(1)
const beliefWords = ({ mean, sd }: Belief): string => `${score(mean)} ± ${score(centralZ(0.8) * sd)}`
const step = (id: string | number): string => Number(id).toLocaleString('en-US')

/** Why a branch is run on. */
export function moveWords({ branch, toFlops, decision }: Move): string {
  const { id, points, target } = branch.search
  const to = `to ${formatFlops(toFlops)} of RL, ${percent(toFlops / target)} of its way`
  if (points.length === 0) return `Step ${step(id)}: a first look, ${to}.`
  const own = decision.beliefs.find((belief) => belief.id === id)!
  if (points.length < 2) return `Step ${step(id)}: a second look, ${to}.`
  if (id === decision.choice) {
    const rival = rivalOf(decision)
    const doubt = rival ? `, but step ${step(rival.id)} may still pass it (${percent(rival.chance)})` : ''
    return `Step ${step(id)} leads with ${beliefWords(own)} expected${doubt}: run on ${to}, to be surer of it.`
  }
  return `Step ${step(id)} may still beat step ${step(decision.choice)} (${beliefWords(own)} expected, ${percent(own.chance)} to be the best): run on ${to}.`
}

export const giveUpWords = (branch: Branch, own: Belief, decision: SearchDecision): string => {
  const { id, points, target } = branch.search
  const at = percent((points.at(-1)?.compute ?? 0) / target)
  const leader = decision.beliefs.find((belief) => belief.id === decision.choice)!
  const why = own.collapsed
    ? 'its training collapsed'
    : `${beliefWords(own)} expected, against ${beliefWords(leader)} for step ${step(leader.id)}; ${percent(own.chance)} to be the best`
  return `Step ${step(id)} is stopped at ${at} of its way: ${why}.`
}

const whyWords = {
  'sure-enough': 'More RL would hardly change the choice',
  'budget-spent': 'The budget does not pay for the next evaluation',
  'all-done': 'Every branch has been run out',
} as const

export const stopWords = (why: (typeof stopReasons)[number], { choice, expectedRegret }: SearchDecision): string =>
  `${whyWords[why]}: step ${step(choice)} is chosen, ${regretWords(expectedRegret)}.`

const regretWords = (regret: number): string =>
  regret < 0.05 ? 'with no regret to be expected' : `${score(regret)} points of regret to be expected`

const rivalOf = ({ beliefs, choice }: SearchDecision): Belief | undefined =>
  beliefs.filter(({ id }) => id !== choice).sort((a, b) => b.chance - a.chance)[0]

export interface Outcome {
  readonly candidates: readonly SwitchCandidate[]
  readonly chosen: number
  readonly target: number
  readonly spentFlops: number
  readonly allFlops: number
  readonly expectedRegret: number
  readonly why: (typeof stopReasons)[number] | null
}

/** Why this checkpoint, and how sure: the strongest first. */
export function reasonsOf({ candidates, chosen, target, spentFlops, allFlops, ...rest }: Outcome): string[] {
  const best = candidates.find((each) => each.step === chosen)!
  const interval = ({ forecast: { mean, sd, lo, hi }, state }: SwitchCandidate) =>
    sd > 0
      ? `${score(mean)}, 80 % interval ${score(lo)} to ${score(hi)}`
      : `${score(mean)}, ${state === 'reached' ? 'measured' : 'where its training ended'}`
  const others = candidates.filter((each) => each.step !== chosen).sort((a, b) => b.chance - a.chance)
  const next = others[0]
  const collapsed = candidates.filter(({ state }) => state === 'collapsed')
  const closed = candidates.filter(({ state }) => state === 'closed')
  const steps = (list: readonly SwitchCandidate[]) => list.map((each) => step(each.step)).join(', ')
  return [
    best.forecast.sd === 0
      ? `Step ${step(chosen)} came to ${interval(best)}; the branches are compared at ${formatFlops(target)} in all (SFT and RL).`
      : `Step ${step(chosen)} is expected to come to ${interval(best)}, at ${formatFlops(target)} in all (SFT and RL).`,
    ...(next
      ? [`Next best is step ${step(next.step)}: ${interval(next)}; ${percent(next.chance)} to be the best.`]
      : []),
    `${percent(best.chance)} sure of the choice; expected regret ${score(rest.expectedRegret)} points.`,
    `${formatFlops(spentFlops)} of RL spent, ${percent(spentFlops / allFlops)} of running all ${candidates.length} branches out.`,
    ...(rest.why ? [`${whyWords[rest.why]}.`] : []),
    ...(collapsed.length > 0 ? [`RL collapsed from step ${steps(collapsed)}.`] : []),
    ...(closed.length > 0
      ? [`The branch from step ${steps(closed)} could not go on; it is judged by what it had.`]
      : []),
    'One seed a branch: the spread between seeds is not in these intervals.',
  ]
}
