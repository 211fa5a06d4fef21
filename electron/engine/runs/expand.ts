/** From an experiment to its runs: one a stage, each the child of the one before. Pure. */
import { createHash } from 'node:crypto'
import { modelName } from '#shared/experiment/model-name.ts'
import { paradigmOf, type DataRef, type ExperimentSpec, type Stage } from '#shared/experiment/spec.ts'
import { storedSetup, type RunSetup } from '../experiments/run-setup.ts'
import type { NewRun, RunRow } from '../store/runs.ts'

export interface ExpandOptions {
  /** The run that the spec starts from, and the step of its checkpoint where that is known by now. */
  readonly start: {
    readonly run: RunRow
    readonly step: number | null
    readonly ancestors: readonly Stage['kind'][]
  } | null
  readonly setup: RunSetup
  readonly detached: boolean
  readonly codeVersion: string
  readonly now: number
  newId(): string
  /** Name of a subset, or of a whole dataset. */
  dataName(ref: string): string
}

const stageWords = { pretrain: 'base', sft: 'SFT', rl: 'RL', synchronized: 'synchronized' } as const

/** Runs in order; all are queued by the caller. */
export function expand(spec: ExperimentSpec, options: ExpandOptions): NewRun[] {
  const { start } = options
  const runs: NewRun[] = []
  spec.stages.forEach((stage, i) => {
    const before = runs.at(-1)
    const ancestors = [
      ...spec.stages
        .slice(0, i)
        .map(({ kind }) => kind)
        .reverse(),
      ...(start ? [start.run.kind, ...start.ancestors] : []),
    ]
    const parentPrint = before?.fingerprint ?? (start ? `${start.run.fingerprint}@${start.step ?? 'last'}` : null)
    runs.push({
      id: options.newId(),
      name: stage.name ?? runName(spec, stage),
      experiment: spec.name,
      parent: before?.id ?? start?.run.id ?? null,
      parent_step: before ? null : (start?.step ?? null),
      kind: stage.kind,
      objective: objectiveOf(stage),
      paradigm: paradigmOf(stage.kind, ancestors),
      model: modelName(spec.model),
      task: spec.task,
      data: dataName(stage.data, options.dataName),
      seed: spec.seed,
      stage: JSON.stringify(stage),
      engine: JSON.stringify(spec.engine),
      setup: storedSetup(options.setup),
      fingerprint: fingerprintOf(spec, stage, options.setup, parentPrint),
      state: 'queued',
      queue_order: null,
      detached: options.detached ? 1 : 0,
      steps: stage.budget.steps,
      code_version: options.codeVersion,
      created_at: options.now,
    })
  })
  return runs
}

export const objectiveOf = (stage: Stage): string => (stage.kind === 'pretrain' ? 'pretrain' : stage.objective.type)

function runName(spec: ExperimentSpec, stage: Stage): string {
  if (spec.stages.length === 1) return spec.name
  const word = stage.kind === 'synchronized' ? objectiveOf(stage).toUpperCase() : stageWords[stage.kind]
  const same = spec.stages.filter(({ kind }) => kind === stage.kind)
  return `${spec.name} · ${word}${same.length > 1 ? ` ${same.indexOf(stage) + 1}` : ''}`
}

export function dataName(ref: DataRef, named: (ref: string) => string): string {
  if (typeof ref === 'string') return named(ref)
  return `lab ${ref.lab.set}, ${ref.lab.rows.toLocaleString('en-US')} rows`
}

/** Equal for two runs that compute the same: everything but names and threads (these change the rounding, not the experiment). */
export function fingerprintOf(spec: ExperimentSpec, stage: Stage, { text }: RunSetup, parent: string | null): string {
  const { name: _, ...settings } = stage
  const { precision, mode } = spec.engine
  const facts = {
    ...{ model: spec.model, task: spec.task, seed: spec.seed, precision, mode, parent, stage: settings },
    // Where the tokenizer lies changes nothing.
    ...(text && { text: { ...text, tokenizer: undefined } }),
  }
  return createHash('sha256').update(canonical(facts)).digest('hex').slice(0, 32)
}

/** JSON with its keys in order, so that equal values are equal texts. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
