/**
 * Test evaluation: `samples` answers a prompt at the evaluation's temperature (avg@k, unbiased pass@k) and one greedy answer, on
 * all test prompts. The noise is the same in every run and at every step (evaluationSeed, row id, answer number), so that any
 * two evaluations on the same prompts can be compared in pairs.
 * Source  pass@k: Chen et al. 2021, eq. 1, with n = k samples.
 */
import type { SampleRecord } from '#shared/contract/journal.ts'
import type { Evaluation } from '#shared/experiment/spec.ts'
import type { Task } from '#tasks/task.ts'
import type { GenerateRequest, Rollout } from '../policy.ts'
import type { TokenRow } from './data/run-data.ts'
import type { StageEvent } from './events.ts'
import type { StagePosition } from './position.ts'
import { evaluationSeed } from './seeds.ts'
import type { StageDeps } from './stage-deps.ts'

/** Answers sampled by one call: between two calls a pause can act. */
const answersAtATime = 1024
/** Prompts whose answers are stored. */
const storedPrompts = 8

export async function* evaluate(
  deps: StageDeps,
  evaluation: Evaluation,
  at: StagePosition,
): AsyncGenerator<StageEvent> {
  const rows = deps.data.test
  const { samples: k, temperature } = evaluation
  const total = rows.length * (k + (evaluation.greedy ? 1 : 0))
  let answered = 0
  const correct = new Array<number>(rows.length).fill(0)
  const greedy = new Array<number>(evaluation.greedy ? rows.length : 0).fill(0)
  const samples: SampleRecord[] = []
  let tokens = 0
  for (const pass of evaluation.greedy ? (['sampled', 'greedy'] as const) : (['sampled'] as const)) {
    const answers = pass === 'sampled' ? k : 1
    const promptsAtATime = Math.max(1, Math.floor(answersAtATime / answers))
    for (let from = 0; from < rows.length; from += promptsAtATime) {
      yield { kind: 'pulse', at, activity: 'evaluating', share: answered / total }
      const part = rows.slice(from, from + promptsAtATime)
      const rollouts = await deps.policy.generate(requestFor(deps, part, answers, pass === 'sampled' ? temperature : 0))
      const judged = await Promise.all(
        rollouts.map((rollout) => judge(deps.task, rows[from + rollout.prompt]!, rollout)),
      )
      for (const [r, sample] of judged.entries()) {
        const rollout = rollouts[r]!
        const i = from + rollout.prompt
        if (pass === 'greedy') greedy[i] = sample.correct ? 1 : 0
        else {
          if (sample.correct) correct[i]!++
          tokens += rollout.tokens.length
          if (i < storedPrompts) samples.push(sample)
        }
      }
      answered += rollouts.length
    }
  }
  yield { kind: 'evaluation', at, result: { k, promptIds: rows.map((row) => row.id), correct, greedy } }
  yield {
    kind: 'metrics',
    at,
    of: 'evaluation',
    values: {
      'eval/accuracy': sum(correct) / (rows.length * k),
      'eval/pass_at_k': correct.filter((wins) => wins > 0).length / rows.length, // n = k: 1 - C(n-c, k) / C(n, k) is 1 or 0
      'eval/response_length': tokens / (rows.length * k),
      ...(evaluation.greedy && { 'eval/greedy': sum(greedy) / rows.length }),
    },
  }
  yield {
    kind: 'samples',
    at,
    purpose: 'eval',
    samples: samples.sort((a, b) => a.promptId - b.promptId || a.answer - b.answer),
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

function requestFor(
  { task, forbidden, testAnswerTokens }: StageDeps,
  rows: readonly TokenRow[],
  answers: number,
  temperature: number,
): GenerateRequest {
  return {
    prompts: rows.map((row) => row.promptTokens),
    promptIds: rows.map((row) => row.id),
    answers,
    seed: evaluationSeed,
    temperature,
    topP: 1,
    topK: 0,
    maxNewTokens: testAnswerTokens,
    stopTokens: task.tokenizer.stops,
    forbidden,
  }
}

async function judge(task: Task, row: TokenRow, { answer, tokens }: Rollout): Promise<SampleRecord> {
  const response = task.tokenizer.decode(tokens)
  const { correct, reward, reason } = await task.verify(row, response)
  return {
    promptId: row.id,
    answer,
    prompt: row.prompt,
    response,
    expected: row.answer,
    correct,
    reward,
    advantage: null,
    tokens: tokens.length,
    expert: false,
    reason,
  }
}
