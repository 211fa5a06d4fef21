/**
 * What a stage yields. A stage computes; the rim (process/session.ts) writes. At a `pulse` the rim may stop pulling: weights and
 * optimiser then stand at the pulse's position, and everything that belongs to it has been yielded or will be made again. Pulses
 * come after every step and between the batches of a long evaluation or rollout, so a pause acts within a step.
 */
import type { JournalRecord, SampleRecord, TestSetSize } from '#shared/contract/journal.ts'
import type { FailureFacts } from '#shared/contract/failure.ts'
import type { StagePosition } from './position.ts'

export type CheckpointReason = Extract<JournalRecord, { kind: 'checkpoint' }>['reason']
export type Activity = Extract<JournalRecord, { kind: 'progress' }>['activity']

/** Results of a test evaluation by prompt, in the order of the test rows. */
export interface EvaluationResult {
  readonly k: number
  readonly promptIds: number[]
  readonly correct: number[]
  readonly greedy: number[]
  /** Sizes of several benchmarks, in the order of the rows. */
  readonly benchmarks?: TestSetSize[]
}

export type StageEvent =
  | {
      readonly kind: 'metrics'
      readonly at: StagePosition
      readonly of: MetricsOf
      readonly values: Readonly<Record<string, number>>
    }
  | {
      readonly kind: 'samples'
      readonly at: StagePosition
      readonly purpose: 'train' | 'eval'
      readonly samples: SampleRecord[]
    }
  | { readonly kind: 'evaluation'; readonly at: StagePosition; readonly result: EvaluationResult }
  | {
      readonly kind: 'event'
      readonly at: StagePosition
      readonly level: 'info' | 'warning' | 'error'
      readonly text: string
    }
  /** The weights as they are belong to `at`: the rim reads and writes them before it goes on. */
  | { readonly kind: 'checkpoint'; readonly at: StagePosition; readonly reason: CheckpointReason }
  /** What the stage is about, and how much of that activity is done (0..1). */
  | { readonly kind: 'pulse'; readonly at: StagePosition; readonly activity: Activity; readonly share: number }
  /** Loss or gradients are no longer fit to train with, at the step after `at`. The rim ends the run as failed. */
  | {
      readonly kind: 'diverged'
      readonly at: StagePosition
      readonly step: number
      readonly why: string
      readonly rows: readonly number[]
    }
  /** The stage cannot go on, but its weights are good. The rim saves them and ends the run as stopped, with these facts. */
  | { readonly kind: 'halted'; readonly at: StagePosition; readonly facts: FailureFacts }
  /** A budget is used up: the last event of a stage that came to its end. */
  | { readonly kind: 'done'; readonly at: StagePosition; readonly budget: BudgetKind }

export type MetricsOf = 'step' | 'validation' | 'evaluation'
export type BudgetKind = 'steps' | 'flops' | 'totalFlops' | 'minutes'
