import { describe, expect, it } from 'vitest'
import { boxedContent } from './boxes.ts'
import { canonical } from './expression.ts'
import { extractAnswer } from './extract.ts'
import { normaliseLatex } from './normalise.ts'
import { parsePlain } from './plain.ts'

const found = (text: string) => {
  const { answer } = extractAnswer(text)
  return answer && canonical(answer)
}

describe('extractAnswer', () => {
  it.each([
    ['12', '12/1'],
    ['The answer is 1,234.5 dollars', '2469/2'],
    ['so $x$ is $\\frac{1}{2}$', '1/2'],
    ['$$ \n 9 \n $$', '9/1'],
    ['$ \n 9 \n $', '9/1'], // the dollars do not match over lines; the number is found as text
    ['\\[ \\boxed{7} \\]', '7/1'],
    ['\\(5\\) then \\(6\\)', '6/1'],
    ['I had \\boxed{3}. The sum over all is 12.', '3/1'],
    ['Answer: 5. Then 7.', '5/1'],
    ['The final answer is $8$. I hope it is correct. \\boxed{9}', '8/1'],
    ['$1$, $2$ and $3$', 'finite(1/1,2/1,3/1)'],
    ['$5$ or $6$', 'finite(5/1,6/1)'],
    ['The answer is 5 or 6', 'finite(5/1,6/1)'],
    ['28 percent', 'percent(28/1)'],
    ['$28$ %', 'percent(28/1)'],
    ['it costs $7.78 now', '389/50'],
    ['so P = (1/2) + 3 ', 'add(3/1,multiply(1/1,power(2/1,-1/1)))'],
    ['\\frac{3}{4} of them', '3/4'],
    ['no number here', null],
    ['XDY2K', null],
    ['', null],
  ])('%j', (text, expected) => expect(found(text)).toBe(expected))

  it('keeps the first place it tried as text, read or not', () => {
    expect(extractAnswer('$\\underline{5}$')).toEqual({ answer: null, text: '\\underline{5}' })
  })
})

describe('boxes', () => {
  it.each([
    ['no box', 'all', 'no box'],
    ['\\boxed{1} and \\boxed{2}', 'all', '1,2'],
    ['\\boxed{1} and \\boxed{2}', 'last', '1,2'],
    [
      '\\boxed{1}, which was wrong, as the long check further above has plainly shown us all; it is \\boxed{2}',
      'last',
      '2',
    ],
    ['\\boxed{\\frac{1}{2}}', 'last', '\\frac{1}{2}'],
    ['\\fbox{3}', 'all', '3'],
    ['\\boxed{5', 'all', '{5'],
    ['\\boxed 5', 'all', '5'],
    ['\\boxed{1}\\boxed{1}', 'all', '1'],
  ] as const)('%j, %s', (text, mode, content) => expect(boxedContent(text, mode)).toBe(content))
})

describe('normaliseLatex', () => {
  it.each([
    ['\\dfrac12', '\\frac{1}{2}'],
    ['\\frac1{2}', '\\frac{1}{2}'],
    ['\\sqrt3', '\\sqrt{3}'],
    ['2/3', '\\frac{2}{3}'],
    ['0.5', '\\frac{1}{2}'],
    ['.25', '0.25'],
    ['\\left(1,2\\right]', '(1,2]'],
    ['5\\text{ cm}^2', '5'],
    ['5 \\mathrm{~m} / \\mathrm{s}', '5'],
    ['12 apples', '12'],
    ['28 percent', '28\\%'],
    ['10{,}000', '10,000'],
    ['11,\\! 111', '11,111'],
    ['1 \\text{ or } 2', '1, 2'],
    ['x = 2 and y = 3', 'x = 2, y = 3'],
    ['x^(2)', 'x^{2}'],
    ['\\$5', '5'],
  ])('%s', (latex, expected) => expect(normaliseLatex(latex, 'all')).toBe(expected))
})

describe('parsePlain', () => {
  it.each(['2(3)', '1 2', '1/', '(1', '7÷2', '3×4', '007+1', '1e5', '', '*2', '1..2'])('%s is no sum', (text) =>
    expect(parsePlain(text)).toBeNull(),
  )
  it('knows precedence and powers from the right', () => {
    expect(canonical(parsePlain('2^3^2')!)).toBe('power(2/1,power(3/1,2/1))')
    expect(canonical(parsePlain('-2^2')!)).toContain('multiply')
    expect(canonical(parsePlain('1+2*3')!)).toBe('add(1/1,multiply(2/1,3/1))')
  })
})
