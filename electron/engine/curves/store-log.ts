/** A trainer's log into the store, as one run with points and no weights. */
import type { RunOrigin } from '#shared/contract/curves.ts'
import { newId } from '../ids.ts'
import type { LogCurve } from './logs/log-curve.ts'
import { none, titleOf, type CurveSource, type StoreCurvesDeps } from './store-curves.ts'

/** Returns the run's id. */
export function storeLog(curve: LogCurve, source: CurveSource, deps: StoreCurvesDeps): string {
  const { store, records, measurements } = deps
  const id = newId('run')
  const { file, hash, format, kind } = source
  const name = titleOf(file)
  const last = curve.points.at(-1)
  const now = deps.now()
  const origin: RunOrigin = {
    ...{ kind, file, hash, format, curve: name, source: null, steps: 'given', benchmarks: {}, sameAs: null },
    flopsUnit: curve.points.some(({ flops }) => flops > 0) ? 1 : null,
    ...{ printedRegime: null, printedCeiling: null, printedMinLoss: null },
  }
  store.transaction(() => {
    records.insert({
      ...{ id, name, experiment: name, parent: null, parent_step: null, kind: curve.stage },
      ...{ objective: curve.stage, paradigm: curve.stage, model: 'unnamed model', task: 'imported' },
      ...{ data: curve.sets.join(', ') || 'unnamed data', seed: 1, stage: none, engine: none },
      ...{ fingerprint: `${hash}:${name}`, state: 'completed', queue_order: null, detached: 0 },
      ...{ step: last?.step ?? 0, steps: last?.step ?? 0, flops: last?.flops ?? 0 },
      ...{ tokens: last?.tokens ?? 0, wall_ms: last?.wallMs ?? 0 },
      ...{ code_version: deps.codeVersion, origin: JSON.stringify(origin), created_at: now, ended_at: now },
    })
    const { no } = records.byId(id)!
    for (const { step, flops, tokens, wallMs, values, accuracy, scores } of curve.points) {
      const evaluated: Record<string, number> = accuracy === null ? {} : { 'eval/accuracy': accuracy }
      const bySet = Object.fromEntries(Object.entries(scores).map(([set, share]) => [`eval/${set}`, share]))
      measurements.putMetrics(no, 0, { step, flops, tokens, wallMs }, { ...values, ...evaluated, ...bySet })
      if (accuracy === null) continue
      measurements.putEvaluation({
        ...{ run_no: no, step, flops, k: 1, prompt_ids: '[]', correct: '[]', greedy: '[]', score: accuracy },
        benchmarks: JSON.stringify(scores),
      })
    }
    for (const text of [`Imported from ${file} (${format}).`, ...curve.remarks])
      measurements.addEvent(no, 0, 'info', text, now)
  })
  return id
}
