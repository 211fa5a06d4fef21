import { describe, expect, it } from 'vitest'
import { classifyRegimes } from '#shared/analysis/regimes.ts'
import { checkpointFacts } from './checkpoint-facts.ts'
import type { SwitchPointData } from './use-switch-point.ts'

const regimes = classifyRegimes([
  { step: 25, loss: 0.5 },
  { step: 50, loss: 0.4 },
])
const data = {
  checkpoints: [
    { step: 25, flops: 1e12 },
    { step: 50, flops: 2e12 },
  ],
  evaluations: [{ step: 50, accuracy: { value: 0.4, lo: 0.38, hi: 0.42 } }],
} as unknown as SwitchPointData
const predicted = { model: 'a model', points: [{ step: 50, value: 60, lo: 58, hi: 62 }] }
const facts = (step: number, measured: Parameters<typeof checkpointFacts>[3], guess = true) =>
  Object.fromEntries(
    checkpointFacts(step, data, regimes, measured, guess ? predicted : null).map(({ word, value }) => [word, value]),
  )

describe('the numbers of a checkpoint', () => {
  it('are predicted where there is no branch, plasticity over its own P_sft', () => {
    expect(facts(50, [])).toMatchObject({
      'SFT compute': '2.00 TFLOP',
      'val loss': '0.4000 (+0.0 %)',
      P_sft: '40.0 ± 2.0',
      'PL_rl, predicted': '20.0 [18.0, 22.0]',
      'A_post, predicted': '60.0 [58.0, 62.0]',
    })
  })

  it('are measured where there is one', () => {
    const branch = { step: 50, name: 'b', value: 61, interval: { lo: 60, hi: 62 } }
    expect(facts(50, [branch])['A_post, measured']).toBe('61.0 [60.0, 62.0]')
    expect(facts(50, [branch])).not.toHaveProperty('A_post, predicted')
    expect(facts(50, [{ ...branch, interval: null }])['A_post, measured']).toBe('at least 61.0')
  })

  it('are as printed where a source prints them, without an interval', () => {
    const branch = { step: 50, name: 'b', value: 84, interval: { lo: 84, hi: 84 }, isPrinted: true }
    const printed = { ...data, evaluations: [{ step: 50, accuracy: { value: 0.4, lo: 0.4, hi: 0.4 } }] }
    const found = checkpointFacts(50, printed as unknown as SwitchPointData, null, [branch], null)
    expect(found.slice(2).map(({ word, value }) => [word, value])).toEqual([
      ['P_sft', '40.0'],
      ['A_post, as printed', '84.0'],
    ])
  })

  it('say what is not known', () => {
    expect(facts(25, [], false)).toMatchObject({ P_sft: 'not evaluated', 'A_post, measured': 'no branch' })
    expect(facts(30, [], false)).toMatchObject({ 'SFT compute': '–', 'val loss': 'not validated' })
  })
})
