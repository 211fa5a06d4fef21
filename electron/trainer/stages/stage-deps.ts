/** What a stage works with. Everything from outside is handed in, so that a stage runs in a test with three lines. */
import type { ModelShape } from '#shared/experiment/presets.ts'
import type { Task } from '#tasks/task.ts'
import type { Policy } from '../policy.ts'
import type { RunData } from './data/run-data.ts'

export interface StageDeps {
  readonly policy: Policy
  /** The policy at the stage's start, frozen; only where a KL penalty asks for it. */
  readonly reference?: Policy
  readonly task: Task
  /** Token ids that are never sampled, trained or scored. */
  readonly forbidden: readonly number[]
  /** Longest answer of a test evaluation, in tokens. */
  readonly testAnswerTokens: number
  readonly data: RunData
  readonly shape: ModelShape
  readonly seed: number
  /** FLOPs of the stages before this one, pretraining left out. */
  readonly beforeFlops: number
  /** Milliseconds since the stage began, earlier attempts included. */
  readonly elapsedMs: () => number
}
