import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectedNoise, expectedNoiseOfShares, overallScore, scoreOf, weightedScore } from './aggregate.ts'
import { readCurveFile } from './curve-files.ts'
import { branchCompute, branchStart, checkpointOf, parentOf, performance, stitch } from './stitch.ts'

const point = (scores: Record<string, number>, overall: number | null = null) => ({
  flops: 1,
  step: null,
  scores,
  overall,
  valLoss: null,
})
const sizes = { gsm8k: 1317, olympiad_bench: 291, math: 237, minerva: 262, aime: 25, aime25: 25 }

describe('aggregation', () => {
  it("reproduces the base model's 46.71 from its benchmarks", () => {
    const scores = { gsm8k: 67.81, olympiad_bench: 12.71, math: 23.21, minerva: 8.02, aime: 4.5, aime25: 1.75 }
    expect(weightedScore(scores, sizes)).toBeCloseTo(46.71, 2)
    // Easy: (67.81·1317 + 23.21·237) / 1554.
    expect(scoreOf(point(scores), 'easy', sizes)).toBeCloseTo(61.0081, 3)
    expect(scoreOf(point(scores), 'aime', sizes)).toBe(4.5)
    expect(scoreOf(point(scores), 'unknown', sizes)).toBeNull()
  })
  it('expects the same noise of shares as of percents, and none without sizes', () => {
    const percents = expectedNoise(point({ gsm8k: 50, aime: 10 }), { gsm8k: 1317, aime: 25 })!
    expect(expectedNoiseOfShares({ gsm8k: 0.5, aime: 0.1 }, { gsm8k: 1317, aime: 25 })).toBeCloseTo(percents / 100, 12)
    expect(expectedNoiseOfShares({ gsm8k: 0.5 }, {})).toBeNull()
  })
  it('prefers the printed overall score, and gives none where a benchmark is missing', () => {
    expect(overallScore(point({ gsm8k: 1 }, 50), sizes)).toBe(50)
    expect(overallScore(point({ gsm8k: 60 }), sizes)).toBeNull()
    expect(overallScore(point({}), {})).toBeNull()
  })
  it('lies between the lowest and the highest benchmark', () => {
    const score = fc.double({ min: 0, max: 100, noNaN: true })
    fc.assert(
      fc.property(fc.tuple(score, score, score), fc.tuple(fc.nat(500), fc.nat(500), fc.nat(500)), (s, n) => {
        const mean = weightedScore({ a: s[0], b: s[1], c: s[2] }, { a: n[0] + 1, b: n[1] + 1, c: n[2] + 1 })!
        expect(mean).toBeGreaterThanOrEqual(Math.min(...s) - 1e-9)
        expect(mean).toBeLessThanOrEqual(Math.max(...s) + 1e-9)
      }),
    )
  })
  it('expected noise by hand: 100 problems at 50 %', () => {
    // 0.6 · √(100 · 0.25) / 100 = 3 %.
    expect(expectedNoise(point({ a: 50 }), { a: 100 })).toBeCloseTo(3, 12)
    expect(expectedNoise(point({ a: 50 }), { a: 100, b: 5 })).toBeNull()
    expect(expectedNoise(point({}), {})).toBeNull()
  })
})

describe('stitching', () => {
  const set = readCurveFile(
    JSON.stringify({
      benchmarks: { x: 1, y: 1 },
      curves: [
        {
          id: 'd/sft',
          dataset: 'd',
          stage: 'sft',
          points: [
            { flops_e18: 0, overall: 46, step: 0 },
            { flops_e18: 10.02, overall: 70, step: 100, scores: { x: 80, y: 60 } },
            { flops_e18: 20, overall: 72, step: 200 },
          ],
        },
        {
          id: 'd/rl',
          dataset: 'd',
          stage: 'rl',
          branch_flops_e18: 10,
          points: [
            { flops_e18: 1, overall: 71, scores: { x: 82, y: 60 } },
            { flops_e18: 2, overall: 73 },
          ],
        },
        {
          id: 'd/rl-by-step',
          dataset: 'd',
          stage: 'rl',
          parent: 'd/sft',
          branch_step: 200,
          points: [{ flops_e18: 1, overall: 74 }],
        },
        {
          id: 'd/base',
          dataset: 'd',
          stage: 'rl',
          branch_step: 0,
          branch_flops_e18: 0,
          P_sft: 45,
          points: [{ flops_e18: 1, overall: 50 }],
        },
        { id: 'e/rl', dataset: 'e', stage: 'rl', branch_flops_e18: 5, points: [{ flops_e18: 1, overall: 50 }] },
      ],
    }),
    'f.json',
  )
  const curve = (id: string) => set.curves.find((c) => c.id === id)!

  it('finds the checkpoint by compute (files round it) or by step', () => {
    expect(parentOf(curve('d/rl'), set)!.id).toBe('d/sft')
    expect(checkpointOf(curve('d/rl'), set)!.overall).toBe(70)
    expect(branchStart(curve('d/rl'), set)).toBe(70)
    expect(branchStart(curve('d/rl'), set, 'x')).toBe(80)
    expect(branchStart(curve('d/rl-by-step'), set)).toBe(72)
    expect(branchCompute(curve('d/rl-by-step'), set)).toBe(20)
  })
  it('believes the P_sft of the file over the parent', () => expect(branchStart(curve('d/base'), set)).toBe(45))
  it('says when nothing tells where a branch starts', () => expect(branchStart(curve('e/rl'), set)).toBeNull())
  it('puts a branch on the total axis behind its own part of the SFT run', () => {
    expect(stitch(curve('d/rl'), set)).toEqual([
      { compute: 0, score: 46, stage: 'sft' },
      { compute: 10, score: 70, stage: 'sft' },
      { compute: 11, score: 71, stage: 'rl' },
      { compute: 12, score: 73, stage: 'rl' },
    ])
    expect(stitch(curve('d/rl-by-step'), set).map((p) => p.compute)).toEqual([0, 10.02, 20, 21])
  })
  it('leaves out points without the score asked for', () => {
    expect(performance(curve('d/rl'), set, 'x')).toEqual([{ compute: 1, score: 82 }])
  })
})
