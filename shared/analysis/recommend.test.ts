import { describe, expect, it } from 'vitest'
import { switchRecommendation, type MeasuredBranch } from './recommend.ts'
import { classifyRegimes } from './regimes.ts'

const run = (losses: number[], running = false) =>
  classifyRegimes(
    losses.map((loss, i) => ({ step: i * 60, loss })),
    { running },
  )
const measured = (
  step: number,
  value: number,
  half: number,
  rest: Partial<MeasuredBranch['analysis']> = {},
): MeasuredBranch => ({
  step,
  analysis: {
    aPost: { value, lo: value - half, hi: value + half },
    level: 0.8,
    verdict: 'identified',
    collapse: null,
    ...rest,
  },
})
// Adaptive 0, 60; Stable 120..240 (minimum 180); Mild 300; Severe 360.
const losses = [0.7, 0.46, 0.406, 0.4, 0.404, 0.42, 0.5]

describe('the recommendation', () => {
  it('follows the loss where nothing was measured, and says so', () => {
    const advice = switchRecommendation(run(losses))
    expect(advice).toMatchObject({ kind: 'switch', step: 180, window: { from: 120, to: 240 }, provisional: false })
    expect(advice.headline).toBe('Branch RL at step 120 to 240, at 180 if only once.')
    expect(advice.reasons.join(' ')).toMatch(/within 2 % of its minimum \(0\.400 at step 180\)/)
    expect(advice.reasons.join(' ')).toMatch(/No branch has been measured yet/)
    expect(advice.reasons.join(' ')).toMatch(/Severe/)
  })
  it('offers one checkpoint a regime for a sweep', () => {
    expect(switchRecommendation(run(losses)).sweep).toEqual([
      { step: 60, regime: 'adaptive' },
      { step: 180, regime: 'stable' },
      { step: 300, regime: 'mild' },
      { step: 360, regime: 'severe' },
    ])
  })
  it('waits while the loss still falls', () => {
    const advice = switchRecommendation(run([0.7, 0.5, 0.45], true))
    expect(advice).toMatchObject({ kind: 'wait', provisional: true })
    expect(advice.headline).toMatch(/^Wait: the validation loss still falls/)
  })
  it('a finished run whose minimum is its last point is no reason to wait', () => {
    expect(switchRecommendation(run([0.7, 0.5, 0.45])).kind).toBe('switch')
  })
  it('measured branches outweigh the loss when they lead clearly', () => {
    const advice = switchRecommendation(run(losses), [measured(180, 80, 0.4), measured(300, 83, 0.4)])
    expect(advice).toMatchObject({ kind: 'switch', step: 300 })
    expect(advice.headline).toBe('Branch RL at step 300: the best measured ceiling.')
    expect(advice.reasons.join(' ')).toMatch(/180: 80\.0, 300: 83\.0/)
  })
  it('and do not when their intervals overlap', () => {
    const advice = switchRecommendation(run(losses), [measured(180, 82.6, 1), measured(300, 83, 1)])
    expect(advice.step).toBe(180)
    expect(advice.reasons.join(' ')).toMatch(/overlap/)
  })
  it('gives no weight to ceilings that are not identifiable, nor to collapses, but names them', () => {
    const advice = switchRecommendation(run(losses), [
      measured(120, 80, 0.4),
      measured(300, 99, 0.1, { verdict: 'not-identifiable' }),
      measured(360, 90, 0.1, { collapse: { from: 5 } }),
    ])
    expect(advice.step).toBe(180)
    expect(advice.reasons.join(' ')).toMatch(/300: 99\.0 \(not identifiable\)/)
    expect(advice.reasons.join(' ')).toMatch(/RL collapsed from step 360/)
  })
  it('is late where no checkpoint of the stable stretch was kept', () => {
    const advice = switchRecommendation(run(losses), [], { checkpoints: [60, 300, 360] })
    expect(advice.kind).toBe('too-late')
    expect(advice.step).toBe(60)
  })
  it('names predictions between the branches and who makes them', () => {
    const predicted = {
      model: 'Gaussian process',
      points: [
        { step: 240, value: 83.2, lo: 82, hi: 84.4 },
        { step: 90, value: 80, lo: 78, hi: 82 },
      ],
    }
    const { reasons } = switchRecommendation(run(losses), [measured(180, 82.6, 1)], { predicted })
    expect(reasons.join(' ')).toMatch(/predicted at step 240: 83\.2, 80 % interval 82\.0 to 84\.4 \(Gaussian process\)/)
  })
  it('speaks in the axis it is given', () => {
    const advice = switchRecommendation(run(losses), [], { axis: 'EF', formatStep: (s) => `${s / 10}` })
    expect(advice.headline).toBe('Branch RL at EF 12 to 24, at 18 if only once.')
  })
})
