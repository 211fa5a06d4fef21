/**
 * Test evaluation: `samples` answers a prompt at the evaluation's temperature (avg@k, unbiased pass@k) and one greedy answer, on
 * all test prompts; of several benchmarks each with its own number of answers and its own data's verifier. The noise is the same in every run and at every step (evaluationSeed, row id, answer number), so that any
 * two evaluations on the same prompts can be compared in pairs.
 * Source  pass@k: Chen et al. 2021, eq. 1, with n = k samples.
 */
import type { SampleRecord, TestSetSize } from '#shared/contract/journal.ts'
import type { Evaluation } from '#shared/experiment/spec.ts'
import { testSets } from '#shared/experiment/test-sets.ts'
import { verifiers } from '#tasks/registry.ts'
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
  const answersTo = answersByRow(rows, evaluation)
  const total = sum(answersTo) + (evaluation.greedy ? rows.length : 0)
  let answered = 0
  const correct = new Array<number>(rows.length).fill(0)
  const greedy = new Array<number>(evaluation.greedy ? rows.length : 0).fill(0)
  const samples: SampleRecord[] = []
  let tokens = 0
  for (const pass of evaluation.greedy ? (['sampled', 'greedy'] as const) : (['sampled'] as const)) {
    const most = pass === 'sampled' ? (i: number) => answersTo[i]! : () => 1
    for (let from = 0, to: number; from < rows.length; from = to) {
      const answers = most(from)
      to = from + 1
      while (to < rows.length && most(to) === answers && (to - from + 1) * answers <= answersAtATime) to++
      yield { kind: 'pulse', at, activity: 'evaluating', share: answered / total }
      const part = rows.slice(from, to)
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
  const benchmarks = sizesOf(rows, answersTo)
  const promptIds = rows.map((row) => row.id)
  yield { kind: 'evaluation', at, result: { k, promptIds, correct, greedy, ...(benchmarks && { benchmarks }) } }
  const shares = correct.map((right, i) => right / answersTo[i]!)
  yield {
    kind: 'metrics',
    at,
    of: 'evaluation',
    values: {
      'eval/accuracy': benchmarks ? sum(shares) / rows.length : sum(correct) / sum(answersTo),
      'eval/pass_at_k': correct.filter((wins) => wins > 0).length / rows.length, // n = k: 1 - C(n-c, k) / C(n, k) is 1 or 0
      'eval/response_length': tokens / sum(answersTo),
      ...(evaluation.greedy && { 'eval/greedy': sum(greedy) / rows.length }),
      ...scoresOf(rows, shares),
    },
  }
  yield {
    kind: 'samples',
    at,
    purpose: 'eval',
    samples: samples.sort((a, b) => a.promptId - b.promptId || a.answer - b.answer),
  }
}

/** Answers sampled for each row: its benchmark's number, or the evaluation's. */
function answersByRow(rows: readonly TokenRow[], evaluation: Evaluation): number[] {
  const bySet = new Map(testSets(evaluation).map(({ name, samples }) => [name, samples]))
  return rows.map(({ benchmark }) => bySet.get(benchmark ?? null) ?? evaluation.samples)
}

/** Rows come benchmark by benchmark. */
function sizesOf(rows: readonly TokenRow[], answersTo: readonly number[]): TestSetSize[] | undefined {
  if (rows[0]?.benchmark === undefined) return undefined
  const sizes: TestSetSize[] = []
  rows.forEach(({ benchmark }, i) => {
    const last = sizes.at(-1)
    if (last?.name === benchmark) last!.prompts++
    else sizes.push({ name: benchmark!, prompts: 1, k: answersTo[i]! })
  })
  return sizes
}

/** avg@k of each benchmark, as metrics of its name. */
function scoresOf(rows: readonly TokenRow[], shares: readonly number[]): Record<string, number> {
  const names = [...new Set(rows.flatMap(({ benchmark }) => benchmark ?? []))]
  return Object.fromEntries(
    names.map((name) => {
      const own = shares.filter((_, i) => rows[i]!.benchmark === name)
      return [`eval/${name}`, sum(own) / own.length]
    }),
  )
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
  const verify = row.verifier ? verifiers[row.verifier] : task.verify
  const { correct, reward, reason } = await verify(row, response)
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
