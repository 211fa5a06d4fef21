/**
 * Rollouts as an update sees them: groups of finished answers come in, rows with an advantage and a role go out, and a row's
 * per-token numbers are laid into the [rows, width - 1] arrays of a training batch. Plain numbers only.
 */
import { Failure } from '#shared/contract/failure.ts'

/** An answer the policy sampled. */
export interface Answer {
  /** Response tokens, the stop token included; a hybrid answer's begin with the expert's prefix. */
  readonly responseTokens: Int32Array
  /** Right by the verifier: gates, filters and the sign of SRFT go by this, never by the shaped reward. */
  readonly correct: boolean
  readonly reward: number
  /** False: cut at the response limit. */
  readonly stopped: boolean
  /** Leading tokens that come from an expert (Prefix-RFT); 0 or absent for a plain rollout. */
  readonly prefixTokens?: number
}

/** An expert's answer to the prompt, judged by the same verifier. */
export interface ExpertAnswer {
  readonly responseTokens: Int32Array
  readonly correct: boolean
  readonly reward: number
  /** log q of each response token under the expert, where it was recorded. */
  readonly behaviourLogp?: Float32Array
}

/** All answers to one prompt in one step. */
export interface RolloutGroup {
  readonly promptId: number
  readonly promptTokens: Int32Array
  readonly answers: readonly Answer[]
  readonly experts?: readonly ExpertAnswer[]
}

/** One sequence of an update. */
export interface UpdateRow {
  readonly promptId: number
  /** Index into the group's answers, or its experts. */
  readonly answer: number
  readonly promptTokens: Int32Array
  readonly responseTokens: Int32Array
  /** Leading response tokens written by an expert: all of an expert row, the prefix of a hybrid one, else 0. */
  readonly expertTokens: number
  readonly correct: boolean
  /** Whether its tokens are imitated or pushed by their advantage. */
  readonly role: 'rl' | 'sft'
  readonly advantage: number
  /** Advantage of the expert tokens where it differs (Prefix-RFT, split baseline). */
  readonly expertAdvantage: number
  /** False: the row carries no loss (a truncated answer under overlong masking). */
  readonly counts: boolean
  readonly behaviourLogp?: Float32Array
  /** log π of the response tokens before the first update of this batch, and under the reference policy. */
  readonly logpOld?: Float32Array
  readonly logpRef?: Float32Array
}

/** The batch that rows are laid into: `rows` may be more than there are (padding rows weigh nothing). */
export interface Layout {
  readonly width: number
  readonly rows: number
}

/** Where the advantage of a row's rollout is known: what the window shows beside it. */
export type Prepared = { readonly rows: readonly UpdateRow[]; readonly metrics: Readonly<Record<string, number>> }

/** A plain rollout's row. */
export const rolloutRow = (group: RolloutGroup, answer: number, advantage: number): UpdateRow => {
  const { responseTokens, correct, prefixTokens = 0 } = group.answers[answer]!
  const { promptId, promptTokens } = group
  const common = { promptId, answer, promptTokens, responseTokens, correct, role: 'rl', counts: true } as const
  return { ...common, expertTokens: prefixTokens, advantage, expertAdvantage: advantage }
}

/** An expert's row. */
export const expertRow = (
  group: RolloutGroup,
  expert: number,
  role: UpdateRow['role'],
  advantage: number,
): UpdateRow => {
  const { responseTokens, correct, behaviourLogp } = group.experts![expert]!
  const { promptId, promptTokens } = group
  const common = { promptId, answer: expert, promptTokens, responseTokens, correct, role, counts: true } as const
  return { ...common, expertTokens: responseTokens.length, advantage, expertAdvantage: advantage, behaviourLogp }
}

/** The group's experts, `count` of them at most. Throws `input.empty` for a group without any. */
export function expertsOf(group: RolloutGroup, count: number): readonly ExpertAnswer[] {
  const experts = (group.experts ?? []).slice(0, count)
  if (experts.length > 0) return experts
  throw new Failure({
    code: 'input.empty',
    message: `Prompt ${group.promptId} has no expert answer.`,
    input: `prompt ${group.promptId}`,
    remedy: 'A synchronized stage draws its prompts from rows with trajectories: choose such a subset.',
  })
}

/**
 * A token input [rows * (width - 1)]: `value(row, j)` for response token j of each row, 0 elsewhere. The column before a token
 * speaks of it, so response token j stands at column prompt + j - 1.
 */
export function tokenInput(
  rows: readonly UpdateRow[],
  { width, rows: height }: Layout,
  value: (row: UpdateRow, j: number, b: number) => number,
): Float32Array {
  const T = width - 1
  const out = new Float32Array(height * T)
  rows.forEach((row, b) => {
    const from = b * T + row.promptTokens.length - 1
    for (let j = 0; j < row.responseTokens.length; j++) out[from + j] = value(row, j, b)
  })
  return out
}

/** A row input [rows]: `value(row)` for each row, 0 for padding rows. */
export function rowInput(rows: readonly UpdateRow[], layout: Layout, value: (row: UpdateRow) => number): Float32Array {
  const out = new Float32Array(layout.rows)
  rows.forEach((row, b) => (out[b] = value(row)))
  return out
}

/** The response part of each row of a scored batch: `scored` is [rows * (width - 1)], as `Policy.score` gives it. */
export function responseScores(rows: readonly UpdateRow[], scored: Float32Array, width: number): Float32Array[] {
  return rows.map((row, b) => {
    const from = b * (width - 1) + row.promptTokens.length - 1
    return scored.slice(from, from + row.responseTokens.length)
  })
}
