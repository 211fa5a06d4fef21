/** The bundled study (resources/example/study.json, made by scripts/example/export-study.mjs) as rows of a store. */
import type { SampleRecord } from '#shared/contract/journal.ts'
import type { RunOrigin } from '#shared/contract/curves.ts'
import type { StudyResult } from '#shared/contract/studies.ts'
import type { Measurements } from '../store/measurements.ts'
import type { NewRun, RunRecords } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import type { StudyRecords } from '../store/studies.ts'

interface ExampleRun extends Pick<
  NewRun,
  | ('id' | 'name' | 'experiment' | 'parent' | 'parent_step' | 'kind' | 'objective' | 'paradigm' | 'model' | 'task')
  | ('data' | 'seed' | 'state' | 'step' | 'steps' | 'flops' | 'tokens' | 'wall_ms' | 'before_flops' | 'before_tokens')
  | ('role' | 'code_version' | 'parameters' | 'created_at' | 'started_at' | 'ended_at')
> {
  readonly stage: unknown
  readonly engine: unknown
  readonly backend: unknown
  readonly positions: { readonly [column in 'step' | 'flops' | 'tokens' | 'wallMs']: readonly number[] }
  readonly metrics: Readonly<Record<string, { readonly step: readonly number[]; readonly value: readonly number[] }>>
  readonly evaluations: readonly {
    readonly step: number
    readonly flops: number
    readonly k: number
    readonly promptIds: readonly number[]
    readonly correct: readonly number[]
    readonly greedy: readonly number[]
  }[]
  readonly samples: readonly {
    readonly step: number
    readonly purpose: 'train' | 'eval'
    readonly samples: readonly SampleRecord[]
  }[]
  readonly events: readonly {
    readonly step: number
    readonly level: 'info' | 'warning' | 'error'
    readonly text: string
    readonly at: number
  }[]
}

export interface ExampleStudy {
  readonly study: {
    readonly id: string
    readonly kind: string
    readonly seed: number
    readonly plan: unknown
    readonly result: Omit<StudyResult, 'workspace' | 'report'>
    readonly started_at: number
    readonly ended_at: number
    readonly worked_ms: number
  }
  readonly report: string
  readonly runs: readonly ExampleRun[]
}

export interface ExampleStores {
  readonly store: Store
  readonly records: RunRecords
  readonly measurements: Measurements
  readonly studies: StudyRecords
}

/** Where the runs say they are from. */
export interface ExamplePlace {
  readonly file: string
  readonly hash: string
  readonly workspace: string
  readonly report: string
}

/** Stores runs and study in one go. */
export function storeStudy(
  { study, runs }: ExampleStudy,
  place: ExamplePlace,
  { store, records, measurements, studies }: ExampleStores,
): void {
  store.transaction(() => {
    for (const run of runs) {
      records.insert(runRow(run, study.id, place))
      putPoints(records.byId(run.id)!.no, run, measurements)
    }
    const { result, plan, ...row } = study
    const whole: StudyResult = { ...result, workspace: place.workspace, report: place.report }
    studies.insert({ ...row, state: 'done', plan: JSON.stringify(plan), error: null, result: JSON.stringify(whole) })
  })
}

function runRow(run: ExampleRun, study: string, { file, hash }: ExamplePlace): NewRun {
  const { stage, engine, backend, positions: _p, metrics: _m, evaluations: _e, samples: _s, events: _v, ...row } = run
  const origin: RunOrigin = {
    ...{ kind: 'example', file, hash, format: 'example', curve: run.id, steps: 'given', flopsUnit: 1, benchmarks: {} },
    source: `study quick, made with Switchpoint ${run.code_version}`,
    ...{ printedRegime: null, printedCeiling: null, printedMinLoss: null, sameAs: null },
  }
  return {
    ...row,
    stage: JSON.stringify(stage),
    engine: JSON.stringify(engine),
    backend: JSON.stringify(backend),
    // Unlike any run that can be made here: its weights cannot stand in for a base.
    ...{ fingerprint: `${hash}:${run.id}`, queue_order: null, detached: 0, study, origin: JSON.stringify(origin) },
  }
}

function putPoints(no: number, run: ExampleRun, measurements: Measurements): void {
  const { step, flops, tokens, wallMs } = run.positions
  const valuesAt = new Map<number, Record<string, number>>(step.map((each) => [each, {}]))
  for (const [key, series] of Object.entries(run.metrics))
    series.step.forEach((each, i) => (valuesAt.get(each)![key] = series.value[i]!))
  step.forEach((each, i) =>
    measurements.putMetrics(
      no,
      1,
      { step: each, flops: flops[i]!, tokens: tokens[i]!, wallMs: wallMs[i]! },
      valuesAt.get(each)!,
    ),
  )
  for (const { step: at, flops: spent, k, promptIds, correct, greedy } of run.evaluations)
    measurements.putEvaluation({
      ...{ run_no: no, step: at, flops: spent, k },
      ...{ prompt_ids: JSON.stringify(promptIds), correct: JSON.stringify(correct), greedy: JSON.stringify(greedy) },
    })
  for (const { step: at, purpose, samples } of run.samples) measurements.putSamples(no, at, purpose, samples)
  for (const { step: at, level, text, at: when } of run.events) measurements.addEvent(no, at, level, text, when)
}
