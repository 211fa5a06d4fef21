import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { presetShape } from '../experiment/presets.ts'
import { denseParameters, forwardFlops, passFlops, stepFlops, trainingFlops } from './flops.ts'
import { plannedStepFlops } from './planned-step.ts'
import { uncountedFlops } from './uncounted.ts'

const qwen7b = { layers: 28, width: 3584, heads: 28, headSize: 128, kvHeads: 4, hidden: 18944, vocabSize: 152064 }
const exa = 1e18

describe("the paper's numbers", () => {
  it('counts the dense parameters of Qwen2.5-7B', () => expect(denseParameters(qwen7b)).toBe(7_615_283_200))

  it.each([
    // data set, mean length (response + prompt), batch, steps between checkpoints, EFLOP between checkpoints
    ['SFT889K', 3693 + 78, 512, 360, 34.915],
    ['Easy102K', 2153 + 64, 512, 360, 19.762],
    ['Uniform102K', 3673 + 74, 512, 360, 34.673],
    ['Hard102K', 8532 + 101, 512, 360, 89.249],
    ['S1K', 9884 + 127, 16, 62, 0.5735],
  ])('an interval of %s', (_, length, batch, steps, expected) => {
    const interval = (steps * plannedStepFlops(qwen7b, { kind: 'sft', batch, length })) / exa
    expect(Math.abs(interval / expected - 1)).toBeLessThan(1e-4)
  })

  it('gives attention 6 to 21 % at these lengths', () => {
    const share = (length: number) => 1 - (2 * denseParameters(qwen7b)) / forwardFlops(qwen7b, length)
    expect(share(2153 + 64)).toBeCloseTo(0.055, 2)
    expect(share(9884 + 127)).toBeCloseTo(0.21, 2)
  })

  it('counts the lab model: N of its matrices, both ends of the vocabulary', () => {
    const shape = presetShape('lab-0.3m', 55, 32)
    const block = 4 * 96 * 96 + 3 * 96 * 256
    expect(denseParameters(shape)).toBe(3 * block + 2 * 55 * 96)
    expect(forwardFlops(shape, 20.5) / 1e6).toBeCloseTo(0.71, 2) // MFLOP a token, as measured for the lab task
  })

  it('separates width and heads x head size (Qwen3)', () => {
    const qwen3 = { layers: 1, width: 1024, heads: 16, headSize: 128, kvHeads: 8, hidden: 3072, vocabSize: 0 }
    expect(denseParameters(qwen3)).toBe(3 * 1024 * 3072 + 2 * 1024 * 2048 + 2 * 1024 * 1024)
    expect(forwardFlops(qwen3, 100) - forwardFlops(qwen3, 0)).toBe(4 * 100 * 2048)
  })
})

describe('steps', () => {
  const S = 500
  const F = forwardFlops(qwen7b, S)

  it('reads as the equations', () => {
    expect(plannedStepFlops(qwen7b, { kind: 'sft', batch: 4, length: S })).toBeCloseTo(3 * 4 * S * F, -6)
    const rl = { prompts: 128, answers: 8, length: S }
    expect(plannedStepFlops(qwen7b, { kind: 'grpo', ...rl }) / (4 * 128 * 8 * S * F)).toBeCloseTo(1, 12)
    const dapo = plannedStepFlops(qwen7b, {
      kind: 'dapo',
      rounds: 2,
      roundPrompts: 128,
      prompts: 64,
      answers: 8,
      length: S,
    })
    expect(dapo / ((2 * 128 + 3 * 64) * 8 * S * F)).toBeCloseTo(1, 12)
    const mixed = { prompts: 128, rollouts: 7, experts: 1, rolloutLength: S, expertLength: S }
    expect(plannedStepFlops(qwen7b, { kind: 'mixed', ...mixed }) / (4 * (128 * 7 + 128) * S * F)).toBeCloseTo(1, 12)
    const upt = { prompts: 128, answers: 8, rolloutRows: 640, expertRows: 48, rolloutLength: S, expertLength: S }
    const expected = (128 * 8 * S + 3 * (640 * S + 48 * S)) * F
    expect(plannedStepFlops(qwen7b, { kind: 'upt', ...upt }) / expected).toBeCloseTo(1, 12)
  })

  it("goes by real lengths and charges LUFFY's experts a generation pass, UPT's not", () => {
    const [generated, experts] = [
      { count: 7, tokens: 700 },
      { count: 1, tokens: 300 },
    ]
    const trained = { count: 8, tokens: 1000 }
    const luffy = stepFlops(qwen7b, { generated, charged: experts, trained })
    const upt = stepFlops(qwen7b, { generated, trained })
    expect(luffy - upt).toBeCloseTo(passFlops(qwen7b, experts), -6)
    expect(upt).toBeCloseTo(700 * forwardFlops(qwen7b, 100) + 3000 * forwardFlops(qwen7b, 125), -6)
  })

  it('is 0 for nothing, and grows with every token', () => {
    const nothing = { count: 0, tokens: 0 }
    expect(stepFlops(qwen7b, { generated: nothing, trained: nothing })).toBe(0)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 5000 }), (count, length) => {
        const of = (tokens: number) => trainingFlops(qwen7b, { count, tokens })
        expect(of(count * length + 1)).toBeGreaterThan(of(count * length))
      }),
    )
  })

  it('counts apart what the paper leaves out', () => {
    const rows = { count: 10, tokens: 1000 }
    const one = passFlops(qwen7b, rows)
    expect(uncountedFlops(qwen7b, {})).toBe(0)
    expect(uncountedFlops(qwen7b, { oldPolicy: rows, reference: rows, validation: rows, evaluation: rows })).toBe(
      4 * one,
    )
  })
})
