import { describe, expect, it } from 'vitest'
import { expertLogp } from './expert.ts'
import { labRows } from './generator.ts'

describe('expertLogp', () => {
  it('is the log of the skip choice where there was one, 0 where the token was forced', () => {
    //               7  *3  -2            =  19 +11  =             30 *2 =  29 $
    const expected = [0, 0, Math.log(0.25), 0, 0, 0, Math.log(0.75), 0, 0, 0, 0, 0]
    const got = expertLogp('7 *3 -2 +11 *2 ?', '7 *3 -2 = 19 +11 = 30 *2 = 29 $')
    expect(Array.from(got, (x) => +x.toFixed(6))).toEqual(expected.map((x) => +x.toFixed(6)))
  })

  it('adds up to the entropy of the choices over the generator', () => {
    let logp = 0
    let tokens = 0
    for (const row of labRows({ set: 'uniform', rows: 4000, seed: 5 })) {
      const each = expertLogp(row.prompt, row.trajectory)
      logp += each.reduce((sum, x) => sum + x, 0)
      tokens += each.length
    }
    expect(-logp / tokens).toBeCloseTo(0.12, 2) // the floor of any model's loss on these traces, nats a token
  })

  it('refuses a trace the expert cannot have written', () => {
    expect(() => expertLogp('7 *3 -2 +11 ?', '7 *3 -2 +11 = 30 $')).toThrow(/token 4/)
    expect(() => expertLogp('7 *3 -2 ?', '7 -2 *3 = 15 $')).toThrow(/token 2/)
    expect(() => expertLogp('7 *3 -2 ?', '19 $')).toThrow(/cannot have written/)
  })
})
