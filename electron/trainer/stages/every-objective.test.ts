/** Every objective trains the real policy for two steps, end to end: rollouts, experts or prefixes, verdicts, updates. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { createPolicy } from '../create-policy.ts'
import { readJournal, recordsOf } from '../fixtures/journal-reader.ts'
import { writeLabRun, type StageInput } from '../fixtures/lab-run.ts'
import { Control } from '../process/control.ts'
import { readRunFile } from '../process/read-run-file.ts'
import { runSession } from '../process/session.ts'
import { loadBackend } from '../tensor/backend.ts'

const root = mkdtempSync(join(tmpdir(), 'objectives-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const rl = { kind: 'rl', prompts: 4, answers: 4, budget: { steps: 2 } } as const
const synchronized = { ...rl, kind: 'synchronized' } as const
const partial = { whenExhausted: 'train-partial', maxRounds: 40 } as const
const stages: Record<string, StageInput> = {
  grpo: { ...rl, objective: { type: 'grpo' } },
  'grpo, two updates, KL, dual clip': {
    ...rl,
    updatesPerRollout: 2,
    objective: { type: 'grpo', dualClip: 3, kl: { coef: 0.04 } },
  },
  'dr-grpo': { ...rl, objective: { type: 'dr-grpo', entropyCoef: 0.001 } }, // a fresh model solves nothing: the bonus alone moves it
  dapo: { ...rl, objective: { type: 'dapo', dynamicSampling: partial, overlong: { mode: 'shape' } } },
  luffy: { ...synchronized, objective: { type: 'luffy' } },
  'luffy, recorded behaviour': {
    ...synchronized,
    updatesPerRollout: 2,
    objective: { type: 'luffy', behaviour: 'recorded', onPolicyClip: 0.2 },
  },
  srft: { ...synchronized, objective: { type: 'srft' } },
  'srft, batch entropy': { ...synchronized, objective: { type: 'srft', entropyScope: 'batch' } },
  upt: { ...synchronized, objective: { type: 'upt', secondGate: 2 } },
  'prefix-rft': { ...synchronized, updatesPerRollout: 2, objective: { type: 'prefix-rft' } },
}

vi.setConfig({ testTimeout: 200_000 })

describe('with the real policy', () => {
  it.each(Object.entries(stages))('%s runs end to end', async (name, stage) => {
    const folder = join(root, name.replaceAll(/\W+/g, '-'))
    writeLabRun({ folder, stage, train: { set: 'uniform', rows: 64, seed: 2 }, test: 6, threads: 2 })
    const machine = { backend: () => loadBackend(2).facts, makePolicy: createPolicy }
    const state = await runSession({ folder, run: readRunFile(folder), machine, control: new Control(), log: () => {} })
    const records = readJournal(join(folder, 'metrics.journal'))
    expect([state, records.at(-1)]).toEqual(['completed', { kind: 'end', step: 2, state: 'completed', error: null }])
    const steps = recordsOf(records, 'metrics').filter(({ values }) => 'train/reward' in values)
    expect(steps.map(({ step }) => step)).toEqual([1, 2])
    for (const { values, flops } of steps) {
      expect(flops).toBeGreaterThan(0)
      expect(values['train/loss']).toSatisfy(Number.isFinite)
      expect(values['train/grad_norm']).toBeGreaterThan(0)
    }
  })
})
