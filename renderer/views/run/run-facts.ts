/** What a run is made of, as its side pane lists it. Pure. */
import type { RunDetail } from '#shared/contract/runs.ts'
import { bytes, compact, count, counted, flops } from '../../format/numbers.ts'
import { duration } from '../../format/times.ts'
import type { Fact } from '../../ui/Facts.vue'
import { originFacts } from './origin-facts.ts'

export function runFacts(run: RunDetail): Fact[] {
  const kept = run.checkpoints
  return [
    { word: 'data', value: run.data },
    { word: 'model', value: `${run.model}${run.parameters ? ` · ${compact(run.parameters)} parameters` : ''}` },
    ...(run.origin?.flopsUnit === null ? [] : [{ word: 'compute, this stage', value: flops(run.flops) }]),
    ...(run.totalFlops > run.flops ? [{ word: 'with the stages before', value: flops(run.totalFlops) }] : []),
    ...(run.origin && run.tokens === 0 ? [] : [{ word: 'tokens', value: compact(run.tokens) }]),
    ...originFacts(run.origin),
    ...(run.origin
      ? []
      : [
          {
            word: 'checkpoints',
            value: `${count(kept.length)} · ${bytes(kept.reduce((sum, one) => sum + one.bytes, 0))}`,
          },
        ]),
    ...(run.origin?.kind === 'imported' ? [] : [{ word: 'seed', value: String(run.seed) }]),
    ...(run.backend
      ? [
          {
            word: 'device',
            value: `${run.backend.device}, ${counted(run.backend.threads, 'thread')}, ${run.backend.precision}`,
          },
        ]
      : []),
    ...(run.endedAt && run.startedAt ? [{ word: 'took', value: duration((run.endedAt - run.startedAt) / 1000) }] : []),
  ]
}
