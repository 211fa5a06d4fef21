/** The miniature's result document (docs/commands.md): scores in percent, FLOPs of SFT + RL. */
import type { PaperResult } from '#shared/contract/paper-study.ts'
import { paperClaims, spreads } from './claims.ts'
import { armsOf, isTrunk, trunksOf, type PaperFacts, type PaperRunFacts } from './gather.ts'

export function paperResult(facts: PaperFacts): Omit<PaperResult, 'workspace' | 'report' | 'wallS'> {
  const arms = armsOf(facts)
  const trunks = trunksOf(facts)
  return {
    seeds: [...new Set(facts.runs.map(({ seed }) => seed))].sort((a, b) => a - b),
    totalFlops: Math.max(0, ...facts.runs.filter((run) => !isTrunk(run)).map(({ totalFlops }) => totalFlops)),
    runs: facts.runs.map(runEntry),
    sets: trunks.map(({ seed, set, minValLoss, best }) => ({ seed, set, minValLoss, bestOfSft: best })),
    claims: paperClaims(arms, trunks),
    spreads: spreads(arms),
    leftOut: [...facts.leftOut],
  }
}

function runEntry({ id, role, set, seed, parent, parentStep, totalFlops, curve, first, last }: PaperRunFacts) {
  const { fit } = curve
  return {
    ...{ id, role, set, seed, parent, parentStep, regime: curve.regime, flops: totalFlops },
    pSft: 100 * first.accuracy.value,
    end: inPercent(last.accuracy),
    greedy: last.greedy && inPercent(last.greedy),
    plRl: fit?.plRl.value ?? null,
    aPost: fit?.aPost ?? null,
    verdict: fit?.verdict ?? null,
  }
}

const inPercent = ({ value, lo, hi }: { value: number; lo: number; hi: number }) => ({
  value: 100 * value,
  lo: 100 * lo,
  hi: 100 * hi,
})
