import { describe, expect, it } from 'vitest'
import { calculationSteps, finalAnswer, lastBoxed } from './solution.ts'

const natalia =
  'Natalia sold 48/2 = <<48/2=24>>24 clips in May.\nNatalia sold 48+24 = <<48+24=72>>72 clips altogether.\n#### 72'

describe('calculationSteps', () => {
  it('reads expression and result of each annotation', () => {
    expect(calculationSteps(natalia)).toEqual([
      { expression: '48/2', result: '24' },
      { expression: '48+24', result: '72' },
    ])
  })
  it('splits at the last equals sign and passes over torn annotations', () => {
    expect(calculationSteps('<<x=2=2>> <<3+4>> <<5*5=25')).toEqual([{ expression: 'x=2', result: '2' }])
  })
})

describe('finalAnswer', () => {
  it.each([
    [natalia, '72'],
    ['#### 1,200', '1,200'],
    ['#### 5\nand then #### 7\n', '7'],
    ['#### 7 \n trailing words', '7'],
    ['so \\boxed{\\frac{1}{2}} it is', '\\frac{1}{2}'],
    ['She makes $18 a day.\nA: 18', '18'],
    ['Thus the answer is 18.', '18'],
    ['The final answer is: **$18**', '**$18'],
    ['Answer: 18', '18'],
    ['18', null],
    ['it is 18 eggs', null],
    ['####', null],
    ['####   ', null],
    ['\\boxed{5', null],
    ['', null],
  ])('%j', (text, expected) => expect(finalAnswer(text)).toBe(expected))

  it('reads a million hostile characters in linear steps', () => {
    for (const piece of [' ', '\n', 'answer is ', 'answer ', 'A:', '\\boxed{', '<<', '=', '#']) {
      const text = `${piece.repeat(1_000_000 / piece.length)}x`
      expect(finalAnswer(text) ?? '').toBeTypeOf('string')
      expect(calculationSteps(text)).toEqual([])
    }
  })

  it('takes the last box, braces balanced and escaped ones skipped', () => {
    expect(lastBoxed('\\boxed{1} then \\boxed{a{b}c}')).toBe('a{b}c')
    expect(lastBoxed('\\boxed{\\{1, 2\\}}')).toBe('\\{1, 2\\}')
  })
})
