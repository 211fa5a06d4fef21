import { describe, expect, it } from 'vitest'
import { sigmoid } from '#shared/analysis/sigmoid.ts'
import type { BranchCurve } from '#shared/contract/contract.ts'
import { lawNames, liveFit } from './live-fit.ts'

const law = { A: 84, B: 1.3, cMid: 8e18, eps: 0 }
const pSft = 70
const curve = (count: number, change: Partial<BranchCurve> = {}): BranchCurve => ({
  run: 'run_a',
  name: 'a',
  paradigm: 'sequential',
  objective: 'grpo',
  data: 'hard',
  seed: 1,
  state: 'completed',
  parent: 'run_sft',
  parentStep: 100,
  beforeFlops: 1e18,
  points: Array.from({ length: count + 1 }, (_, at) => {
    const flops = at * 1.5e18
    // A small wave that no law follows.
    const value = (sigmoid(flops, law, pSft) + (at === 0 ? 0 : 0.2 * Math.sin(at * 2.4))) / 100
    return {
      step: at * 10,
      flops,
      totalFlops: flops,
      k: 1,
      n: 500,
      accuracy: { value, lo: value, hi: value },
      greedy: null,
    }
  }),
  minValLoss: null,
  origin: null,
  regime: null,
  fit: null,
  ...change,
})

describe('a fit while a marker moves', () => {
  it('finds the ceiling that the points were made from', () => {
    const fit = liveFit(curve(60), null)!
    expect(fit.ceiling).toBeCloseTo(law.A, 0)
    expect([fit.fitted, fit.ahead, fit.isAtBound]).toEqual([60, 0, false])
    expect(fit.laws.map(({ model }) => model).sort()).toEqual([...lawNames].sort())
    const best = fit.laws.find(({ model }) => model === 'sigmoid')!
    expect(best.rmse).toBeLessThan(0.2)
    expect(best.at(30e18)).toBeCloseTo(sigmoid(30e18, law, pSft), 0)
    expect(best.rmseAhead).toBeNull()
  })
  it('puts the best law first, and the straight line behind a curve that bends', () => {
    const { laws } = liveFit(curve(60), null)!
    const orders = laws.map(({ aicc }) => aicc ?? Infinity)
    expect(orders).toEqual([...orders].sort((a, b) => a - b))
    expect(laws.at(-1)?.model).toBe('linear')
  })
  it('fits up to the cut alone, and says how far off it is beyond', () => {
    const fit = liveFit(curve(60), 30 * 1.5e18)!
    expect([fit.fitted, fit.ahead]).toEqual([30, 30])
    expect(fit.laws.find(({ model }) => model === 'sigmoid')!.rmseAhead).toBeLessThan(1)
    expect(fit.laws.find(({ model }) => model === 'linear')!.rmseAhead).toBeGreaterThan(1)
  })
  it('leaves out what the engine’s fit leaves out', () => {
    const broken = curve(20)
    const points = broken.points.map((point) =>
      point.step === 100 ? { ...point, accuracy: { value: 0.1, lo: 0.1, hi: 0.1 } } : point,
    )
    const fit = {
      verdict: 'identified' as const,
      params: { eps: 0 },
      pSft,
      plRl: { value: 14, lo: 13, hi: 15 },
      aPost: { value: 84, lo: 83, hi: 85 },
      profile90: { lo: 83, hi: 85 },
      noiseSd: 0.2,
      collapse: null,
      line: [],
      excluded: [{ step: 100, why: 'broken' as const }],
      residuals: [],
      rivals: [],
    }
    expect(liveFit({ ...broken, points, fit }, null)?.fitted).toBe(19)
  })
  it('is none with too few points, or without a start', () => {
    expect(liveFit(curve(4), null)).toBeNull()
    expect(liveFit(curve(30), 4 * 1.5e18)).toBeNull()
    expect(liveFit(curve(30, { points: [] }), null)).toBeNull()
  })
})
