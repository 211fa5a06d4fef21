import { describe, expect, it } from 'vitest'
import {
  difficultyClaim,
  lessIsMoreClaim,
  lossClaim,
  plasticityClaim,
  scaleClaim,
  sequentialClaim,
  severeClaim,
  spreadRatio,
  stableClaim,
} from './claims.ts'

const at = (value: number, half = 0.5) => ({ value, lo: value - half, hi: value + half, level: 0.8 })
const five = [
  { minValLoss: 0.51, size: 1_000, best: at(77.3) },
  { minValLoss: 0.44, size: 102_000, best: at(78.8) },
  { minValLoss: 0.42, size: 102_000, best: at(79.7) },
  { minValLoss: 0.4, size: 102_000, best: at(82.8) },
  { minValLoss: 0.37, size: 889_000, best: at(84.0) },
]

describe('claims', () => {
  it('lower loss, higher ceiling: supported by the five printed sets, with its n', () => {
    const claim = lossClaim(five)
    expect(claim.verdict).toBe('supported')
    expect(claim.statistics.map((s) => s.n)).toEqual([5, 5, 5])
    expect(claim.statistics[2]!.estimate).toBeGreaterThan(0.99)
  })
  it('the same numbers turned round contradict it', () => {
    expect(lossClaim(five.map((d) => ({ ...d, minValLoss: 1 - d.minValLoss }))).verdict).toBe('contradicted')
  })
  it('wide ceilings make the sign doubtful although r does not see it', () => {
    const vague = five.map((d) => ({ ...d, best: at(d.best.value, 15) }))
    expect(lossClaim(vague).statistics[2]!.estimate).toBeLessThan(0.9)
  })
  it('perfect order of three values is no proof', () => {
    expect(scaleClaim([1, 2, 3].map((i) => ({ size: 10 ** i, best: at(70 + i) }))).verdict).toBe('undecided')
  })
  it('too few values are undecided, with the reason', () => {
    expect(difficultyClaim([{ difficulty: 1, best: at(70) }])).toMatchObject({
      verdict: 'undecided',
      statistics: [],
      caveats: [/there are 1/].map(() => expect.any(String)),
    })
    expect(plasticityClaim([])).toMatchObject({ verdict: 'undecided' })
  })
  it('sequential against synchronized by seeds, paired or not', () => {
    expect(sequentialClaim([78, 78.4, 77.9], [72, 72.5, 72.2], true)).toMatchObject({ verdict: 'supported' })
    expect(sequentialClaim([72, 72.5, 72.2], [78, 78.4, 77.9], false)).toMatchObject({ verdict: 'contradicted' })
    expect(sequentialClaim([78], [72], false)).toMatchObject({ verdict: 'undecided' })
    // Differences 6, 5.9, 5.7: mean 5.867, SD 0.153.
    expect(sequentialClaim([78, 78.4, 77.9], [72, 72.5, 72.2], true).statistics[0]!.method).toContain(
      'differences 38.4',
    )
    expect(sequentialClaim([78, 78.4, 77.9], [72, 72.5, 72.2], false).statistics[0]!.method).toContain("Hedges' g")
  })
  it('switch timing by regime', () => {
    const branches = [80.1, 80.3, 80.7]
      .map((v) => ({ regime: 'adaptive' as const, ceiling: at(v) }))
      .concat([83.1, 83.4, 84].map((v) => ({ regime: 'stable' as never, ceiling: at(v) })))
    expect(stableClaim(branches).verdict).toBe('supported')
    expect(severeClaim(branches)).toMatchObject({ verdict: 'undecided', caveats: ['No branch from severe.'] })
  })
  it('less is more for SFT only: ahead before RL, behind after', () => {
    const claim = lessIsMoreClaim({ pSft: 74.1, best: at(77.3) }, [
      { pSft: 72.2, best: at(79.7) },
      { pSft: 70.7, best: at(84) },
    ])
    expect(claim.verdict).toBe('supported')
    expect(claim.statistics[1]!.estimate).toBeCloseTo(1.9, 9)
  })
  it('spread: SDs of 1 and 2', () => expect(spreadRatio([0, 1, 2], [0, 2, 4])).toBeCloseTo(2, 12))
})
