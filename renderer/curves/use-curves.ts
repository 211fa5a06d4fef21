/**
 * The curves of the workspace by the score in the address, the scores there are, and the validation losses of the SFT runs; pulled
 * again when points or runs change.
 */
import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { BranchCurve } from '#shared/contract/contract.ts'
import { useTextQuery } from '../router/use-route.ts'
import { useEngine } from '../rpc/engine.ts'
import { mirror } from '../stores/mirror.ts'
import type { ValidationPoint } from './facets.ts'
import { scoreChoices, type ScoreChoice } from './scores.ts'

/** Notices of points come up to ten a second; fits are not needed that often. */
const refreshMs = 2_000

export function useCurves() {
  const engine = useEngine()
  /** Which score is drawn and fitted: `overall`, `greedy`, a benchmark, or a group of benchmarks. */
  const score = useTextQuery('score', 'overall')
  const validation = shallowRef<ReadonlyMap<string, readonly ValidationPoint[]>>(new Map())
  const {
    value: curves,
    failure,
    isLoaded,
    load,
  } = mirror<readonly BranchCurve[]>([], async () => {
    const { curves } = await engine.analysis.curves({ study: null, metric: score.value })
    const sft = curves.filter(({ paradigm }) => paradigm === 'sft')
    const details = await Promise.all(sft.map(({ run }) => engine.analysis.switchPoint({ run })))
    validation.value = new Map(details.map(({ run, validation }) => [run.id, validation]))
    return curves
  })

  const waiting = ref<ReturnType<typeof setTimeout> | null>(null)
  const soon = () => {
    waiting.value ??= setTimeout(() => {
      waiting.value = null
      void load()
    }, refreshMs)
  }
  const offPoints = engine.changed('points', soon)
  const offRuns = engine.changed('runs', soon)
  onScopeDispose(() => {
    offPoints()
    offRuns()
    if (waiting.value) clearTimeout(waiting.value)
  })
  watch(score, load)
  void load()

  /** A score that the choice leads away from must stay in the list: the overall curves know them all. */
  const scores = shallowRef<readonly ScoreChoice[]>([])
  watch(curves, (now) => {
    if (now.length > 0 && (score.value === 'overall' || scores.value.length === 0)) scores.value = scoreChoices(now)
  })
  return { curves, validation, score, scores, failure, isLoaded, load }
}
