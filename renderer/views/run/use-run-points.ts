/**
 * A run's points, live: all of it once, then only what came since (from the last step on, because a step's evaluation comes
 * after its metrics), merged in place. After a recovery or a new attempt everything is pulled again: a resume may have
 * taken points back.
 */
import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import type { Failure } from '#shared/contract/failure.ts'
import type { EvaluationPoint, Series } from '#shared/contract/runs.ts'
import { useEngine } from '../../rpc/engine.ts'
import { failureOf } from '../../rpc/failure-of.ts'

const maxPoints = 2000
const pauseMs = 500

/** Old series up to (not including) the first new step, then the new ones. */
export function mergeSeries(old: readonly Series[], fresh: readonly Series[]): Series[] {
  const byKey = new Map(old.map((series) => [series.key, series]))
  for (const next of fresh) {
    const before = byKey.get(next.key)
    const from = next.step[0]
    if (!before || from === undefined) {
      if (from !== undefined) byKey.set(next.key, next)
      continue
    }
    const cut = before.step.findIndex((step) => step >= from)
    const keep = cut < 0 ? before.step.length : cut
    const join = (key: 'step' | 'flops' | 'tokens' | 'wallMs' | 'value') => [
      ...before[key].slice(0, keep),
      ...next[key],
    ]
    const shown = keep + next.step.length
    byKey.set(next.key, {
      key: next.key,
      step: join('step'),
      flops: join('flops'),
      tokens: join('tokens'),
      wallMs: join('wallMs'),
      value: join('value'),
      total: Math.max(shown, before.total - (before.step.length - keep) + next.total),
    })
  }
  return [...byKey.values()]
}

export function useRunPoints(id: Ref<string | null>) {
  const engine = useEngine()
  const series = shallowRef<readonly Series[]>([])
  const evaluations = shallowRef<readonly EvaluationPoint[]>([])
  const failure = shallowRef<Failure | null>(null)
  const isLoaded = shallowRef(false)
  let isPulling = false
  let wants: 'all' | 'new' | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  async function pull() {
    const run = id.value
    if (!run || isPulling || !wants) return
    isPulling = true
    const all = wants === 'all'
    wants = null
    try {
      const last = Math.max(-1, ...series.value.map(({ step }) => step.at(-1) ?? -1))
      const [metrics, tests] = await Promise.all([
        engine.runs.metrics({ id: run, sinceStep: all ? -1 : last - 1, maxPoints }),
        engine.runs.evaluations({ id: run }),
      ])
      if (id.value !== run) return
      series.value = all ? metrics.series : mergeSeries(series.value, metrics.series)
      evaluations.value = tests.points
      failure.value = null
      isLoaded.value = true
    } catch (error) {
      failure.value = failureOf(error)
    } finally {
      isPulling = false
      if (wants) timer = setTimeout(() => void pull(), pauseMs)
    }
  }
  function ask(what: 'all' | 'new') {
    wants = what === 'all' || wants === 'all' ? 'all' : 'new'
    if (!isPulling) void pull()
  }

  watch(
    id,
    () => {
      series.value = []
      evaluations.value = []
      isLoaded.value = false
      ask('all')
    },
    { immediate: true },
  )
  const off = engine.changed('points', (about) => {
    if (about === null) ask('all')
    else if (about === id.value) ask('new')
  })
  onScopeDispose(() => {
    off()
    clearTimeout(timer)
  })
  return { series, evaluations, failure, isLoaded, reload: () => ask('all') }
}
