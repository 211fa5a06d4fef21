import { describe, expect, it } from 'vitest'
import { RunFile } from '#shared/experiment/run-folder.ts'
import { settingsHash, sharesSettings } from './settings-hash.ts'

/** A run.json as it was written before `kl.importanceCorrected` was a setting, and the hash that its checkpoints carry. */
const stored = {
  ...{ run: 'run_sjjmdsxz', attempt: 1, model: 'lab-0.3m', task: 'lab', text: null, seed: 1 },
  engine: { threads: 1, precision: 'f32', mode: 'recorded' },
  stage: {
    kind: 'rl',
    budget: { steps: 100_000, totalFlops: 2_200_000_000_000 },
    evaluation: { every: 12, samples: 4, temperature: 1, greedy: true, data: { lab: { set: 'uniform', rows: 512, seed: 9001 } } }, // prettier-ignore
    checkpoints: {},
    ...{ learningRate: 0.0004, schedule: { kind: 'constant', warmupSteps: 0, floor: 1 }, weightDecay: 0 },
    ...{ beta1: 0.9, beta2: 0.95, eps: 1e-8, clipNorm: 1, prompts: 32, answers: 8, temperature: 1, topP: 1, topK: 0 },
    ...{ updatesPerRollout: 1, storedPrompts: 2, data: { lab: { set: 'uniform', rows: 8192, seed: 13 } } },
    objective: {
      ...{ type: 'grpo', aggregation: 'token_mean', advantage: { std: false, eps: 0.000001 } },
      ...{ clipLow: 0.2, clipHigh: 0.2, dualClip: null, kl: { coef: 0, estimator: 'k3' } },
      ...{ entropyCoef: 0.001, skipEqualGroups: false },
    },
    switchAt: { regime: 'adaptive' },
  },
  start: { folder: '/runs/run_s7r69dfh/checkpoints/75', step: 75, resume: false },
  before: { flops: 103_913_732_592, tokens: 48_910 },
  ...{ socket: null, token: 'secret', graphCache: null },
}
const storedHash = '845a651a6b834e72'
const run = RunFile.parse(stored)
const withStage = (stage: object): RunFile => RunFile.parse({ ...stored, stage: { ...stored.stage, ...stage } })
const withKl = (kl: object): RunFile => withStage({ objective: { ...stored.stage.objective, kl } })

describe('settings that two attempts share', () => {
  it('are those of a run that was begun before a setting with a default was there', () => {
    expect(sharesSettings(storedHash, run, null)).toBe(true)
    expect(sharesSettings(storedHash, withStage({ budget: { steps: 5 } }), null)).toBe(true)
  })

  it('are those that are written today, whose hash stays what it was', () => {
    expect(settingsHash(run, null)).toBe('4b3f2f1a8c5302e8')
    expect(sharesSettings(settingsHash(run, null), run, null)).toBe(true)
  })

  it('are not others: what was added counts as soon as it is not its default', () => {
    expect(sharesSettings(storedHash, withKl({ importanceCorrected: true }), null)).toBe(false)
    expect(sharesSettings(storedHash, withKl({ coef: 0.1 }), null)).toBe(false)
    expect(sharesSettings(storedHash, withStage({ learningRate: 0.1 }), null)).toBe(false)
    expect(sharesSettings(storedHash, run, 'of a folder')).toBe(false)
    expect(sharesSettings(settingsHash(withKl({ importanceCorrected: true }), null), run, null)).toBe(false)
  })
})
