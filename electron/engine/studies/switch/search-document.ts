/** A search as the outside sees it: the candidates with their forecasts, the leader, the compute, the reasons. */
import { centralZ } from '#shared/analysis/distributions.ts'
import {
  forecastLines,
  measuredPerformance,
  nextMove,
  type Belief,
  type SearchOptions,
} from '#shared/analysis/switch-search.ts'
import type { SwitchCandidate, SwitchSearch } from '#shared/contract/switch-study.ts'
import type { Branch } from './search-facts.ts'
import type { SearchState } from './state.ts'
import { reasonsOf } from './words.ts'

export const forecaster = 'posterior of the sigmoid law, headroom shared among the branches'
/** A branch whose chance of being the best is below this is called stopped. */
export const hopeless = 0.03

export type SearchPart = Pick<
  SwitchSearch,
  | 'candidates'
  | 'chosen'
  | 'spentFlops'
  | 'allFlops'
  | 'computeShare'
  | 'savedFlops'
  | 'expectedRegret'
  | 'reasons'
  | 'model'
>

/** Everything that is computed from the branches; equal branches give an equal part. */
export function searchPart(state: SearchState, branches: readonly Branch[], options: SearchOptions): SearchPart {
  const empty = { candidates: [], chosen: null, expectedRegret: null, reasons: [], model: forecaster }
  if (branches.length === 0) return { ...empty, spentFlops: 0, allFlops: 0, computeShare: 0, savedFlops: 0 }
  const searches = branches.map(({ search }) => search)
  const decision = nextMove(searches, options)
  const lines = forecastLines(searches, options)
  const candidates = branches.map((branch, i) =>
    shownCandidate(branch, decision.beliefs[i]!, decision.choice, lines.get(branch.search.id) ?? [], options),
  )
  const chosen = branches.find(({ search }) => search.id === decision.choice)!.candidate
  const spentFlops = candidates.reduce((sum, { rlFlops }) => sum + rlFlops, 0)
  const allFlops = candidates.reduce((sum, { targetFlops }) => sum + targetFlops, 0)
  const target = state.target!
  const { expectedRegret } = decision
  return {
    candidates,
    chosen: { step: chosen.step, run: chosen.run, regime: chosen.regime },
    spentFlops,
    allFlops,
    computeShare: spentFlops / allFlops,
    savedFlops: allFlops - spentFlops,
    expectedRegret,
    reasons: reasonsOf({
      candidates,
      chosen: chosen.step,
      target,
      spentFlops,
      allFlops,
      expectedRegret,
      why: state.why,
    }),
    model: forecaster,
  }
}

function shownCandidate(
  { candidate, run, search }: Branch,
  { mean, sd, chance, isDone, collapsed }: Belief,
  choice: string,
  line: readonly { readonly compute: number; readonly value: number; readonly lo: number; readonly hi: number }[],
  options: SearchOptions,
): SwitchCandidate {
  const half = centralZ(0.8) * sd
  return {
    step: candidate.step,
    regime: candidate.regime,
    state: collapsed
      ? 'collapsed'
      : search.closed
        ? 'closed'
        : isDone
          ? 'reached'
          : run && (run.state === 'running' || run.state === 'queued')
            ? 'running'
            : run === null
              ? 'waiting'
              : chance < hopeless && search.id !== choice
                ? 'given-up'
                : 'resting',
    run: candidate.run,
    runState: run?.state ?? null,
    sftFlops: candidate.sftFlops,
    rlFlops: run?.flops ?? 0,
    targetFlops: search.target,
    pSft: search.pSft,
    measured: measuredPerformance(search, options),
    forecast: { mean, sd, lo: Math.max(0, mean - half), hi: Math.min(100, mean + half) },
    chance,
    points: search.points.map(({ compute, score }) => ({ flops: compute, score })),
    line: line.map(({ compute, value, lo, hi }) => ({
      flops: compute,
      value,
      lo: Math.max(0, lo),
      hi: Math.min(100, hi),
    })),
  }
}
