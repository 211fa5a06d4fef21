/** What the journal keeps of a step's rollouts: their metrics, and some of them word for word. */
import type { SampleRecord } from '#shared/contract/journal.ts'
import type { UpdateRow } from '../objectives/update-row.ts'
import type { StageDeps } from './stage-deps.ts'
import type { JudgedGroup } from './rollouts.ts'

/** Means over all answers the policy sampled; groups that none or all answers solved carry no signal. */
export function rolloutMetrics(groups: readonly JudgedGroup[]): Record<string, number> {
  const answers = groups.flatMap((group) => group.answers)
  const wins = groups.map((group) => group.answers.filter(({ correct }) => correct).length)
  return {
    'train/reward': mean(answers.map(({ reward }) => reward)),
    'train/reward_std': mean(groups.map((group) => spread(group.answers.map(({ reward }) => reward)))),
    'train/response_length': mean(answers.map(({ responseTokens }) => responseTokens.length)),
    'train/truncated_share': mean(answers.map(({ stopped }) => (stopped ? 0 : 1))),
    'train/groups_none': mean(wins.map((n) => (n === 0 ? 1 : 0))),
    'train/groups_all': mean(wins.map((n, g) => (n === groups[g]!.answers.length ? 1 : 0))),
  }
}

/** Answers and experts of the first groups. A row's advantage is found by its response's own array; null: it was in no RL row. */
export function sampleRecords(
  groups: readonly JudgedGroup[],
  rows: readonly UpdateRow[],
  { task }: StageDeps,
): SampleRecord[] {
  const rowOf = new Map(rows.map((row) => [row.responseTokens, row]))
  return groups.flatMap(({ row, answers, experts = [] }) => {
    const record = (answer: { responseTokens: Int32Array; correct: boolean; reward: number }, number: number) => {
      const update = rowOf.get(answer.responseTokens)
      return {
        promptId: row.id,
        answer: number,
        prompt: row.prompt,
        expected: row.answer,
        correct: answer.correct,
        reward: answer.reward,
        advantage: update?.role === 'rl' ? update.advantage : null,
        tokens: answer.responseTokens.length,
      }
    }
    return [
      ...answers.map((answer, i) => ({
        ...record(answer, i),
        response: answer.response,
        expert: false,
        reason: answer.reason,
      })),
      ...experts.map((expert, i) => ({
        ...record(expert, answers.length + i),
        response: task.tokenizer.decode(expert.responseTokens),
        expert: true,
        reason: null,
      })),
    ]
  })
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

function spread(values: readonly number[]): number {
  const m = mean(values)
  return Math.sqrt(mean(values.map((value) => (value - m) ** 2)))
}
