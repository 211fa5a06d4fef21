/** Rollouts: a group of answers to each drawn prompt, each judged by the task's verifier. */
import type { Sequences } from '#shared/flops/flops.ts'
import type { Answer, ExpertAnswer, RolloutGroup } from '../objectives/update-row.ts'
import type { Rollout } from '../policy.ts'
import type { TokenRow } from './data/run-data.ts'
import type { StageEvent } from './events.ts'
import type { StagePosition } from './position.ts'
import type { StageDeps } from './stage-deps.ts'

/** An answer with its verdict in words. */
export interface JudgedAnswer extends Answer {
  readonly response: string
  readonly reason: string | null
}

export interface JudgedGroup extends RolloutGroup {
  readonly row: TokenRow
  readonly answers: readonly JudgedAnswer[]
  readonly experts?: readonly ExpertAnswer[]
}

/** A prompt to answer: `draw` is the identity that its noise is keyed by; `prefix` stands between prompt and new tokens. */
export interface RolloutPrompt {
  readonly row: TokenRow
  readonly draw: number
  readonly prefix?: Int32Array
}

export interface RolloutSettings {
  readonly answers: number
  readonly seed: number
  readonly temperature: number
  readonly topP: number
  readonly topK: number
}

/** Answers sampled by one call: between two calls a pause can act. */
const answersAtATime = 1024

/** `answers` answers to each prompt, in order. Yields pulses between calls. */
export async function* rollOut(
  deps: StageDeps,
  prompts: readonly RolloutPrompt[],
  settings: RolloutSettings,
  at: StagePosition,
): AsyncGenerator<StageEvent, JudgedGroup[]> {
  const groups: JudgedGroup[] = []
  const promptsAtATime = Math.max(1, Math.floor(answersAtATime / settings.answers))
  for (let from = 0; from < prompts.length; from += promptsAtATime) {
    if (from > 0) yield { kind: 'pulse', at, activity: 'training', share: 0 }
    groups.push(...(await answer(deps, prompts.slice(from, from + promptsAtATime), settings)))
  }
  return groups
}

async function answer(
  { policy, task, forbidden }: StageDeps,
  prompts: readonly RolloutPrompt[],
  settings: RolloutSettings,
): Promise<JudgedGroup[]> {
  const limits = prompts.map(({ prefix }) => task.maxResponseTokens - (prefix?.length ?? 0))
  const rollouts = await policy.generate({
    ...settings,
    prompts: prompts.map(({ row, prefix }) => (prefix ? joined(row.promptTokens, prefix) : row.promptTokens)),
    promptIds: prompts.map(({ draw }) => draw),
    maxNewTokens: Math.max(...limits),
    ...(limits.some((limit) => limit !== limits[0]) && { limits }),
    stopTokens: task.tokenizer.stops,
    forbidden,
  })
  const judge = async ({ prompt, tokens, stopped }: Rollout): Promise<JudgedAnswer> => {
    const { row, prefix } = prompts[prompt]!
    const responseTokens = prefix ? joined(prefix, tokens) : tokens
    const response = task.tokenizer.decode(responseTokens)
    const { correct, reward, reason } = await task.verify(row, response)
    return {
      ...{ responseTokens, correct, reward, stopped, response, reason },
      ...(prefix && { prefixTokens: prefix.length }),
    }
  }
  // All at once: a slow verifier has threads of its own.
  const inOrder = rollouts.sort((a, b) => a.prompt - b.prompt || a.answer - b.answer)
  const answers = await Promise.all(inOrder.map(judge))
  const judged = prompts.map((_, p) => answers.filter((_, r) => inOrder[r]!.prompt === p))
  // Each group gets a prompt array of its own: rows are told apart by it, also when a prompt was drawn twice.
  return prompts.map(({ row, draw }, p) => ({
    row,
    promptId: draw,
    promptTokens: row.promptTokens.slice(),
    answers: judged[p]!,
  }))
}

function joined(a: Int32Array, b: Int32Array): Int32Array {
  const out = new Int32Array(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}

/** How many sequences there are and their tokens, prompts included: what FLOPs are counted by. */
export function sequencesOf(
  rows: readonly { readonly promptTokens: Int32Array; readonly responseTokens: Int32Array }[],
): Sequences {
  return {
    count: rows.length,
    tokens: rows.reduce((sum, row) => sum + row.promptTokens.length + row.responseTokens.length, 0),
  }
}

/** The same of all answers of the groups. */
export const answersOf = (groups: readonly JudgedGroup[]): Sequences =>
  sequencesOf(
    groups.flatMap(({ promptTokens, answers }) =>
      answers.map(({ responseTokens }) => ({ promptTokens, responseTokens })),
    ),
  )
