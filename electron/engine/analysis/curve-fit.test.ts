import { describe, expect, it } from 'vitest'
import { BranchCurve } from '#shared/contract/contract.ts'
import { sigmoid } from '#shared/analysis/sigmoid.ts'
import { fitCurve } from './curve-fit.ts'
import { neededEvaluations } from './needed-evaluations.ts'

const law = { A: 60, B: 1.4, cMid: 4e11, eps: 0 }
const curve = (n: number, noise = 0.4, spacing = 2e11) =>
  Array.from({ length: n }, (_, i) => {
    const flops = spacing * (i + 1)
    return { step: 10 * (i + 1), flops, score: sigmoid(flops, law, 20) + (i % 2 === 0 ? noise : -noise) }
  })

describe('a curve of FLOPs and percent', () => {
  it('is fitted in its own units, and crosses the wire as it is', () => {
    const fit = fitCurve({ points: curve(40), pSft: 20, noiseSd: 0.4 })!
    expect(fit.verdict).toBe('identified')
    expect(Math.abs(fit.aPost.value - 60)).toBeLessThan(1)
    expect(fit.params['cMid']! / law.cMid).toBeGreaterThan(0.8)
    expect(fit.plRl.value).toBeCloseTo(fit.aPost.value - 20)
    expect(BranchCurve.shape.fit.parse(JSON.parse(JSON.stringify(fit)))).toEqual(fit)
    for (const { lo, value, hi } of fit.line) expect(lo <= value && value <= hi).toBe(true)
    expect(fit.line.findIndex(({ extrapolated }) => extrapolated)).toBe(40)
  })

  it.each([
    ['few points', curve(5)],
    ['no movement', curve(12).map((point) => ({ ...point, score: 20 }))],
    ['a fall from the start', curve(12).map((point, i) => ({ ...point, score: 20 - i }))],
    ['a collapse', curve(20).map((point, i) => ({ ...point, score: i > 12 ? 3 : point.score }))],
  ])('with %s still gives what the contract wants', (_name, points) => {
    const fit = fitCurve({ points, pSft: 20, noiseSd: null })
    expect(BranchCurve.shape.fit.parse(JSON.parse(JSON.stringify(fit)))).toEqual(fit)
  })

  it('names the evaluations it left out', () => {
    const fit = fitCurve({
      points: curve(20).map((point, i) => ({ ...point, score: i > 12 ? 3 : point.score })),
      pSft: 20,
      noiseSd: 0.4,
    })!
    expect(fit.collapse).not.toBeNull()
    expect(fit.excluded.map(({ step, why }) => [step, why])).toEqual(
      [140, 150, 160, 170, 180, 190, 200].map((step) => [step, 'collapse']),
    )
  })

  it('is none below five points', () => expect(fitCurve({ points: curve(4), pSft: 20, noiseSd: null })).toBeNull())
})

it('needs more evaluations the noisier they are, and says when it would be beyond all measure', () => {
  const needed = (noiseSd: number) =>
    neededEvaluations({ params: law, pSft: 20, noiseSd, n: 8, spacing: 2e11, prompts: 512 }).n
  const [quiet, loud] = [needed(0.2), needed(1.5)]
  expect(quiet).not.toBeNull()
  expect(loud === null || loud > quiet!).toBe(true)
  expect(
    neededEvaluations({ params: { ...law, cMid: 4e15 }, pSft: 20, noiseSd: 3, n: 8, spacing: 2e11, prompts: 512 }).n,
  ).toBeNull()
})
