/**
 * The next round of a search: pure. As many moves as there are lanes, decided one after the other on what is known now, the
 * compute of those before taken as paid for; they are carried out side by side, and the next round sees all their results. So
 * the decisions depend on the results alone, not on which branch was the faster.
 */
import {
  nextMove,
  type BeliefMemo,
  type SearchCandidate,
  type SearchDecision,
  type SearchOptions,
} from '#shared/analysis/switch-search.ts'
import type { Branch } from './search-facts.ts'

export interface Move {
  readonly branch: Branch
  /** The branch's new limits. */
  readonly steps: number
  readonly flops: number
  /** RL FLOPs that it is expected to come to. */
  readonly toFlops: number
  /** What was believed when it was decided. */
  readonly decision: SearchDecision
}

export type Round =
  | { readonly kind: 'moves'; readonly moves: readonly Move[] }
  | { readonly kind: 'stop'; readonly decision: SearchDecision }

/** Evaluations every branch gets first, in one go: a start of a trainer costs more than an evaluation. */
export const firstEvaluations = 2

export function nextRound(
  branches: readonly Branch[],
  lanes: number,
  options: SearchOptions,
  memo: BeliefMemo = new Map(),
): Round {
  const underWay = new Map<string, number>()
  const moves: Move[] = []
  while (moves.length < lanes) {
    const candidates = branches.map(({ search }): SearchCandidate => ({ ...search, underWay: underWay.get(search.id) }))
    const decision = nextMove(candidates, { ...options, firstEvaluations }, memo)
    const { move } = decision
    if (move.kind === 'stop') {
      if (moves.length === 0) return { kind: 'stop', decision }
      break
    }
    const branch = branches.find(({ search }) => search.id === move.id)!
    const limits = limitsOf(branch, move.to)
    underWay.set(move.id, limits.toFlops)
    moves.push({ branch, ...limits, decision })
  }
  return { kind: 'moves', moves }
}

/**
 * Limits that end a branch at the first evaluation at or beyond `to`, or at its target. FLOPs of a step vary, so the number of
 * evaluations is by those seen so far.
 */
export function limitsOf(
  { candidate, run, stepFlops, search }: Branch,
  to: number,
): { readonly steps: number; readonly flops: number; readonly toFlops: number } {
  const { every } = candidate
  const step = run?.step ?? 0
  const spent = search.points.at(-1)?.compute ?? 0
  const wanted = Math.ceil((to - spent) / (every * stepFlops) - 0.25)
  const evaluations = Math.max(1, wanted, firstEvaluations - search.points.length)
  const steps = (Math.floor(step / every) + evaluations) * every
  const flops = candidate.targetFlops
  const there = spent + (steps - step) * stepFlops
  return { steps, flops, toFlops: Math.min(flops, there) }
}
