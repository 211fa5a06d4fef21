import { expect, it } from 'vitest'
import { Evaluation } from '#shared/experiment/spec.ts'
import { evaluationAnswers } from './stage-plan.ts'

const prompts = { ds_gsm8k: 1319, ds_aime: 30 }
const rows = (data: unknown) => prompts[data as keyof typeof prompts]

it('an evaluation costs the answers of every benchmark: its own number of samples, and the greedy one', () => {
  const benchmarks = [
    { name: 'gsm8k', data: 'ds_gsm8k' },
    { name: 'aime24', data: 'ds_aime', samples: 16 },
  ]
  expect(evaluationAnswers(Evaluation.parse({ samples: 1, benchmarks }), rows)).toBe(1319 * 2 + 30 * 17)
  expect(evaluationAnswers(Evaluation.parse({ samples: 1, greedy: false, benchmarks }), rows)).toBe(1319 + 30 * 16)
  expect(evaluationAnswers(Evaluation.parse({ data: 'ds_aime' }), rows)).toBe(30 * 5)
})
