/** Whether a spec's rows can be what its stages make of them: asked before a run is stored, not when it starts. */
import { Failure } from '#shared/contract/failure.ts'
import type { DataRef, ExperimentSpec, Stage } from '#shared/experiment/spec.ts'
import { taskFits, taskOfData } from '#shared/experiment/task-names.ts'
import { testSets } from '#shared/experiment/test-sets.ts'

/** A subset, or a whole dataset to test on. */
export interface DataFacts {
  readonly name: string
  readonly task: 'gsm8k' | 'lab' | 'text'
  readonly splits: { readonly train: number; readonly validation: number; readonly test: number }
  readonly hasTrajectories: boolean
}

/** Throws `input.invalid` or `input.empty`, naming the subset; and what `facts` throws for one that is not there. */
export function checkData(spec: ExperimentSpec, facts: (ref: string) => DataFacts): void {
  for (const stage of spec.stages) {
    const tests = testSets(stage.evaluation).map(({ data }) => data)
    const refs = [stage.data, ...tests, ...(stage.kind === 'sft' ? [stage.validation.data] : [])]
    for (const ref of refs) if (typeof ref === 'string') checkTask(spec, ref, facts(ref))
    checkTrajectories(stage, facts)
    checkSplits(stage, facts)
  }
}

/** The task decides what a model reads: data of another task cannot be trained on. */
function checkTask(spec: ExperimentSpec, ref: string, { name, task }: DataFacts): void {
  if (taskFits(spec.task, task)) return
  throw new Failure({
    code: 'input.invalid',
    message: `${name} holds ${task === 'text' ? 'written' : task} data; the experiment's task is ${spec.task}.`,
    input: `subset ${ref}`,
    remedy: `Choose other data, or set \`task: ${taskOfData(task)}\`.`,
  })
}

function checkTrajectories({ kind, data }: Stage, facts: (ref: string) => DataFacts): void {
  if (kind === 'rl' || typeof data !== 'string') return
  const { name, hasTrajectories } = facts(data)
  if (hasTrajectories) return
  throw new Failure({
    code: 'input.invalid',
    message: `${name} has prompts without trajectories; ${kind === 'synchronized' ? 'a synchronized' : kind === 'sft' ? 'an SFT' : 'a pretraining'} stage learns from trajectories.`,
    input: `subset ${data}`,
    remedy: 'Choose a subset with trajectories, or begin with RL, which needs prompts and answers only.',
  })
}

function checkSplits(stage: Stage, facts: (ref: string) => DataFacts): void {
  const needs = (ref: DataRef, split: keyof DataFacts['splits']) => {
    if (typeof ref !== 'string' || facts(ref).splits[split] > 0) return
    throw new Failure({
      code: 'input.empty',
      message: `${facts(ref).name} has no ${split} rows.`,
      input: `subset ${ref}`,
      remedy: `Give the subset's recipe a ${split} split, or name other data for it.`,
    })
  }
  needs(stage.data, 'train')
  for (const { data } of testSets(stage.evaluation)) needs(data, 'test')
  if (stage.kind !== 'sft') return
  const hasOwn = typeof stage.data === 'string' && facts(stage.data).splits.validation > 0
  if (!hasOwn) needs(stage.validation.data, 'validation')
}
