/**
 * Switch searches replayed on recorded curves: what each way of choosing costs and how far it falls short.
 *   Regret         the best branch's final performance (mean of its last 5 valid points) minus the chosen one's
 *   Compute share  RL compute spent over that of all branches as they were run
 * A replay reveals points only as they are paid for; nothing beyond the compute spent on a branch reaches the chooser.
 */
import { findCollapse } from './collapse.ts'
import type { Dice } from './dice.ts'
import { mean } from './order-statistics.ts'
import { smoothScores } from './smooth.ts'
import { nextMove, type BeliefMemo, type SearchCandidate, type SearchOptions } from './switch-search.ts'
import type { PerformancePoint } from './types.ts'

export interface RecordedBranch {
  readonly id: string
  readonly pSft: number
  readonly isBase: boolean
  /** Validation loss of the checkpoint; null where the file has none. */
  readonly valLoss: number | null
  readonly points: readonly PerformancePoint[]
}

export interface ReplayResult {
  readonly choice: string
  readonly regret: number
  readonly computeShare: number
}

const validPoints = (branch: RecordedBranch): PerformancePoint[] => {
  const { excluded } = findCollapse([{ compute: 0, score: branch.pSft }, ...branch.points])
  return branch.points.filter((_, i) => excluded[i + 1] === null)
}

/** Mean of the last 5 valid points. */
export const finalPerformance = (branch: RecordedBranch): number => {
  const valid = validPoints(branch)
  return valid.length > 0 ? mean(valid.slice(-5).map((p) => p.score)) : branch.pSft
}

/** The same branches with fresh noise: smoothed scores plus normal errors of each curve's own noise SD; collapses stay. */
export function noiseResampler(branch: RecordedBranch): (dice: Dice) => RecordedBranch {
  const findings = findCollapse([{ compute: 0, score: branch.pSft }, ...branch.points])
  const valid = branch.points.filter((_, i) => findings.excluded[i + 1] === null)
  const smooth = new Map(smoothScores(valid).map((score, i) => [valid[i]!, score]))
  return (dice) => ({
    ...branch,
    points: branch.points.map((p) => {
      const score = smooth.get(p)
      return score === undefined ? p : { compute: p.compute, score: score + findings.noiseSd * dice.normal() }
    }),
  })
}

const outcome = (branches: readonly RecordedBranch[], choice: number, spent: number): ReplayResult => {
  const finals = branches.map(finalPerformance)
  const total = branches.reduce((sum, b) => sum + targetOf(b), 0)
  return { choice: branches[choice]!.id, regret: Math.max(...finals) - finals[choice]!, computeShare: spent / total }
}

const targetOf = (b: RecordedBranch): number => b.points.at(-1)!.compute

/** The search of `nextMove`, its moves answered from the record. */
export function replayForecastSearch(branches: readonly RecordedBranch[], options: SearchOptions = {}): ReplayResult {
  const shown = branches.map(() => 0)
  const memo: BeliefMemo = new Map()
  for (;;) {
    const candidates = branches.map((b, i): SearchCandidate => ({
      id: b.id,
      pSft: b.pSft,
      target: targetOf(b),
      isBase: b.isBase,
      points: b.points.slice(0, shown[i]),
      nextCompute: b.points[shown[i]!]?.compute,
    }))
    const { move, choice } = nextMove(candidates, options, memo)
    if (move.kind === 'stop') {
      const spent = branches.reduce((sum, b, i) => sum + (b.points[shown[i]! - 1]?.compute ?? 0), 0)
      return outcome(
        branches,
        branches.findIndex((b) => b.id === choice),
        spent,
      )
    }
    const i = branches.findIndex((b) => b.id === move.id)
    do shown[i]!++
    while (shown[i]! < branches[i]!.points.length && branches[i]!.points[shown[i]!]!.compute <= move.to)
  }
}

/**
 * Plain successive halving: as many rungs as it takes to halve to one, each with an equal part of the budget, shared
 * equally; the better half by the mean of the last `averaged` scores goes on.
 */
export function replayHalving(
  branches: readonly RecordedBranch[],
  { budgetShare = 0.3, averaged = 1 }: { readonly budgetShare?: number; readonly averaged?: number } = {},
): ReplayResult {
  const total = branches.reduce((sum, b) => sum + targetOf(b), 0)
  const rungs = Math.max(1, Math.ceil(Math.log2(branches.length)))
  const paid = branches.map(() => 0)
  const seen = (i: number) => branches[i]!.points.filter((p) => p.compute <= paid[i]! + 1e-9)
  const level = (i: number) => {
    const last = seen(i).slice(-averaged)
    return last.length > 0 ? mean(last.map((p) => p.score)) : branches[i]!.pSft
  }
  let alive = [...branches.keys()]
  for (let rung = 0; rung < rungs; rung++) {
    const each = (budgetShare * total) / rungs / alive.length
    for (const i of alive) paid[i] = Math.min(targetOf(branches[i]!), paid[i]! + each)
    alive = alive.sort((a, b) => level(b) - level(a)).slice(0, Math.ceil(alive.length / 2))
  }
  const spent = branches.reduce((sum, _, i) => sum + (seen(i).at(-1)?.compute ?? 0), 0)
  return outcome(branches, alive[0]!, spent)
}

/** A branch picked blindly: what that costs on average over all of them. */
export function replayBlindPick(branches: readonly RecordedBranch[]): ReplayResult {
  const finals = branches.map(finalPerformance)
  return { choice: 'any', regret: Math.max(...finals) - mean(finals), computeShare: 0 }
}

/** The checkpoint of least validation loss, without any RL; null where losses are missing. */
export function replayLeastLoss(branches: readonly RecordedBranch[]): ReplayResult | null {
  if (branches.some((b) => b.valLoss === null)) return null
  const choice = branches.reduce((best, b, i) => (b.valLoss! < branches[best]!.valLoss! ? i : best), 0)
  return outcome(branches, choice, 0)
}

/** The checkpoint of the highest score, without any RL. */
export function replayHighestStart(branches: readonly RecordedBranch[]): ReplayResult {
  const choice = branches.reduce((best, b, i) => (b.pSft > branches[best]!.pSft ? i : best), 0)
  return outcome(branches, choice, 0)
}
