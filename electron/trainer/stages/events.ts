/**
 * What a stage yields. A stage computes; the rim (process/session.ts) writes. Every event but `pulse` becomes a journal record;
 * at each of them the rim may stop pulling, so a pause acts within a step, and between the batches of a long evaluation.
 */
import type { JournalRecord, SampleRecord } from '#shared/contract/journal.ts'
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
}

export type StageEvent =
  | { readonly kind: 'metrics'; readonly at: StagePosition; readonly values: Readonly<Record<string, number>> }
  | { readonly kind: 'samples'; readonly at: StagePosition; readonly purpose: 'train' | 'eval'; readonly samples: SampleRecord[] }
  | { readonly kind: 'evaluation'; readonly at: StagePosition; readonly result: EvaluationResult }
  | { readonly kind: 'event'; readonly at: StagePosition; readonly level: 'info' | 'warning' | 'error'; readonly text: string }
  /** The weights as they are belong to `at`: the rim reads and writes them before it goes on. */
  | { readonly kind: 'checkpoint'; readonly at: StagePosition; readonly reason: CheckpointReason }
  /** Nothing to write: what the stage is about, with `at` the position that weights and optimiser stand at. */
  | { readonly kind: 'pulse'; readonly at: StagePosition; readonly activity: Activity; readonly share: number }
  /** The stage cannot go on. The rim ends the run as failed. */
  | { readonly kind: 'failed'; readonly at: StagePosition; readonly facts: FailureFacts }
  /** A budget is used up: the last event of a stage that came to its end. */
  | { readonly kind: 'done'; readonly at: StagePosition; readonly budget: BudgetKind }

export type BudgetKind = 'steps' | 'flops' | 'totalFlops' | 'minutes'
