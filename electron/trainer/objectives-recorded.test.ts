/** Every objective, with its defaults and with all it can add: one recorded step equals one op-by-op step. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ObjectiveSettings } from '#shared/experiment/objectives.ts'
import { createPolicy } from './create-policy.ts'
import { dice, settings, toyBatch, toyOptions } from './fixtures/toy-policy.ts'
import { objectiveOf } from './objectives/registry.ts'
import { sftObjective } from './objectives/sft.ts'
import type { ObjectiveGraph, Policy, TrainBatch } from './policy.ts'

const variants: readonly (readonly [Record<string, unknown>, 'scored' | 'current'])[] = [
  [{ type: 'grpo' }, 'current'],
  [{ type: 'grpo', dualClip: 3, kl: { coef: 0.1 }, entropyCoef: 0 }, 'scored'],
  [{ type: 'grpo', kl: { coef: 0.1, estimator: 'k2' } }, 'scored'],
  [{ type: 'dr-grpo', entropyCoef: 0.01 }, 'scored'],
  [{ type: 'dapo' }, 'current'],
  [{ type: 'dapo', kl: { coef: 0.1, estimator: 'k1' } }, 'scored'],
  [{ type: 'luffy' }, 'current'],
  [{ type: 'luffy', onPolicyClip: 0.2, behaviour: 'recorded', shaping: { kind: 'none' } }, 'scored'],
  [{ type: 'srft' }, 'current'],
  [{ type: 'srft', entropyScope: 'batch', negativeFloor: -5 }, 'current'],
  [{ type: 'srft', entropyScope: 'token', sftWeight: 'exp_plus_entropy' }, 'current'],
  [{ type: 'upt' }, 'current'],
  [{ type: 'prefix-rft' }, 'scored'],
]

const graphs = new Map<string, ObjectiveGraph>([['sft', sftObjective({ aggregation: 'token_mean' }).graph]])
for (const [given, oldPolicy] of variants) {
  const objective = ObjectiveSettings.parse(given)
  if (objective.type === 'sft') throw new Error('SFT is made above')
  const { graph } = objectiveOf(objective, { temperature: 0.9, responseLimit: 8, oldPolicy })
  graphs.set(graph.key, graph)
}

/** Plausible numbers for whatever an objective asks: log-probabilities by name, weights and shares positive on counted tokens. */
function batchFor({ inputs }: ObjectiveGraph, seed: number): TrainBatch {
  const batch = toyBatch(5, 10, seed)
  const next = dice(seed + 100)
  const mask = batch.inputs['mask']!
  const share = () => mask.map((one) => (one === 0 ? 0 : 0.01 + 0.02 * next()))
  const values = Object.entries(inputs).map(([name, kind]): [string, Float32Array] => {
    if (kind === 'scalar') return [name, Float32Array.of(next())]
    if (kind === 'row') return [name, Float32Array.from({ length: batch.rows }, () => next() * 2 - 1)]
    return [name, /logp/i.test(name) ? mask.map((one) => one * (-2.5 - next())) : share()]
  })
  return { ...batch, inputs: Object.fromEntries(values) }
}

const near = (a: number, b: number) => Math.abs(a - b) <= 1e-6 + 1e-5 * Math.abs(b)

describe('every objective, recorded and op by op', () => {
  let recorded: Policy
  let eager: Policy
  beforeAll(async () => {
    const options = { ...toyOptions, objectives: [...graphs.values()] }
    recorded = await createPolicy(options)
    eager = await createPolicy({ ...options, mode: 'eager' })
    // Moments first: at Adam's very first step a gradient of 1e-9 moves its weight as far as any other, and by its sign.
    for (const seed of [11, 12, 13]) await eager.train('sft', batchFor(graphs.get('sft')!, seed), settings)
  })
  afterAll(() => {
    recorded.dispose()
    eager.dispose()
  })

  it('covers every kind of objective', () => {
    const kinds = new Set([...graphs.keys()].map((key) => key.split(' ')[0]))
    expect(kinds).toEqual(new Set(ObjectiveSettings.options.map((option) => option.shape.type.value)))
  })

  it.each([...graphs.keys()])('%s', async (key) => {
    const state = await eager.read({ moments: true })
    for (const seed of [1, 2]) {
      await recorded.write(state)
      await eager.write(state)
      const batch = batchFor(graphs.get(key)!, seed)
      const [a, b] = [await recorded.train(key, batch, settings), await eager.train(key, batch, settings)]
      expect(b.applied).toBe(true)
      expect(b.gradNorm).toBeGreaterThan(0)
      expect(
        near(a.loss, b.loss) && near(a.gradNorm, b.gradNorm),
        `${a.loss}, ${a.gradNorm} against ${b.loss}, ${b.gradNorm}`,
      ).toBe(true)
      for (const [name, value] of Object.entries(b.metrics)) expect(near(a.metrics[name]!, value), name).toBe(true)
      expect(Object.keys(a.metrics)).toEqual(Object.keys(b.metrics))
      const [left, right] = [await recorded.read({ moments: true }), await eager.read({ moments: true })]
      for (const [name, { data }] of right.weights) {
        expect(
          left.weights.get(name)!.data.every((x, i) => near(x, data[i]!)),
          name,
        ).toBe(true)
        expect(
          left.moments!.first.get(name)!.every((x, i) => near(x, right.moments!.first.get(name)![i]!)),
          name,
        ).toBe(true)
      }
    }
    await eager.write(state)
  })
})
