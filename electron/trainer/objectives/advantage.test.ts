import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { groupAdvantages } from './advantage.ts'
import { vector } from './vectors.ts'

const meanOnly = { std: false, eps: 1e-6 }
const withStd = { std: true, eps: 1e-6 }
const reward = fc.constantFrom(0, 1, 0.1, 0.7, -0.5)

describe('groupAdvantages', () => {
  it('is the reference in every mode', () => {
    const { inputs, expected } = vector('group_advantage_modes')
    const rewards = inputs['rewards'] as number[]
    const plain = rewards.map((_, i) => i !== inputs['expert_row'])
    const modes = {
      mean_only: groupAdvantages(rewards, meanOnly),
      std_eps_1e6: groupAdvantages(rewards, withStd),
      std_eps_1e4: groupAdvantages(rewards, { std: true, eps: 1e-4 }),
      split_mean_only: groupAdvantages(rewards, meanOnly, plain),
      all_equal: groupAdvantages(
        rewards.map(() => 1),
        withStd,
      ),
    }
    for (const [mode, values] of Object.entries(modes))
      (expected[mode] as number[]).forEach((value, i) => expect(values[i], `${mode}[${i}]`).toBeCloseTo(value, 9))
  })

  it('gives equal rewards exactly 0, also where their mean is not exact', () => {
    const rewards = Array.from({ length: 10 }, () => 0.1) // ten of them add up to 0.9999999999999999
    expect(groupAdvantages(rewards, meanOnly)).toEqual(rewards.map(() => 0))
    expect(groupAdvantages(rewards, { std: true, eps: 1e-20 })).toEqual(rewards.map(() => 0))
  })

  it('leaves a lone row its reward', () => {
    expect(groupAdvantages([0.7], meanOnly)).toEqual([0.7])
    expect(groupAdvantages([0.7], withStd)[0]).toBeCloseTo(0.7, 5)
    expect(groupAdvantages([], meanOnly)).toEqual([])
  })

  it('adds up to 0, keeps the order of the rewards, and is 0 for equal ones', () => {
    fc.assert(
      fc.property(fc.array(reward, { minLength: 2, maxLength: 16 }), fc.boolean(), (rewards, std) => {
        const A = groupAdvantages(rewards, { std, eps: 1e-6 })
        expect(A.reduce((sum, a) => sum + a, 0)).toBeCloseTo(0, 8)
        rewards.forEach((r, i) => rewards.forEach((s, j) => expect(Math.sign(A[i]! - A[j]!)).toBe(Math.sign(r - s))))
        if (new Set(rewards).size === 1) expect(A.every((a) => a === 0)).toBe(true)
      }),
    )
  })

  it('does not see the scale of the rewards when the SD divides, nor their level ever', () => {
    const [a, b] = [
      groupAdvantages([1, 0, 0, 1], { std: true, eps: 0 }),
      groupAdvantages([5, -5, -5, 5], { std: true, eps: 0 }),
    ]
    a.forEach((value, i) => expect(value).toBeCloseTo(b[i]!, 12))
    expect(groupAdvantages([3, 2, 2], meanOnly)).toEqual(
      groupAdvantages([1, 0, 0], meanOnly).map((x) => expect.closeTo(x, 12)),
    )
  })
})
