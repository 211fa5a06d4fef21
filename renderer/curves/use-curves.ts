/** The curves of the workspace and the validation losses of their SFT runs, pulled again when points or runs change. */
import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import type { BranchCurve } from '#shared/contract/contract.ts'
import { useEngine } from '../rpc/engine.ts'
import { mirror } from '../stores/mirror.ts'
import { facetsOf, type ValidationPoint } from './facets.ts'

/** Notices of points come up to ten a second; fits are not needed that often. */
const refreshMs = 2_000

/** `metric`: which score is drawn and fitted: `overall`, `greedy`, a benchmark, or a group of benchmarks. */
export function useCurves(metric: Readonly<Ref<string>> = ref('overall')) {
  const engine = useEngine()
  const validation = shallowRef<ReadonlyMap<string, readonly ValidationPoint[]>>(new Map())
  const {
    value: curves,
    failure,
    isLoaded,
    load,
  } = mirror<readonly BranchCurve[]>([], async () => {
    const { curves } = await engine.analysis.curves({ study: null, metric: metric.value })
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
  watch(metric, load)
  void load()

  const facets = computed(() => facetsOf(curves.value, validation.value))
  return { curves, validation, facets, failure, isLoaded, load }
}
