import { describe, expect, it } from 'vitest'
import { canonical } from './expression.ts'
import { parseAnswer } from './parse-answer.ts'

const read = (latex: string) => {
  const answer = parseAnswer(latex)
  return answer && canonical(answer)
}
const same = (a: string, b: string) => expect(read(a), `${a} as ${b}`).toBe(read(b))

describe('expressions', () => {
  it.each([
    ['1/2x', '\\frac{1}{2x}'], // side by side binds tighter than division
    ['a/bc', '\\frac{a}{bc}'],
    ['2x3', '2\\cdot x\\cdot 3'],
    ['-x^2', '-(x^2)'],
    ['x^10', 'x^{10}'],
    ['x^2y', '(x^2)y'],
    ['\\sin 2x', '\\sin(2x)'],
    ['\\sin x y', '\\sin(xy)'],
    ['\\sin(x) y', '(\\sin(x))\\cdot y'],
    ['\\sin x \\cos y', '\\sin(x)\\cdot\\cos(y)'],
    ['\\sin^{-1} x', '\\arcsin x'],
    ['\\log_{2}{8}', '\\log_2(8)'],
    ['\\ln|x|', '\\ln(|x|)'],
    ['a(b+c)', 'a\\cdot(b+c)'],
    ['X', 'x'],
    ['\\text{Yes}', '\\text{yes}'],
    ['\\text{(C)}', 'C'],
    ['90^\\circ', '90'],
    ['90^{\\circ}', '90'],
    ['5^{\\circ}C', '5C'],
    ['{n \\choose 2}', '\\binom{n}{2}'],
    ['\\lvert x\\rvert', '|x|'],
    ['2\\times 3', '2 \\cdot 3'],
    ['f{(x)}', 'f(x)'],
    ['\\Pi', '\\pi'],
    ['π', '\\pi'],
    ['2 × 3', '2\\cdot3'],
    ['1:2', '1/2'],
    ['123_5', '123'],
    ['\\begin{vmatrix}1&2\\\\3&4\\end{vmatrix}', '1\\cdot4+(-(2\\cdot3))'],
  ])('%s reads as %s', same)

  it.each([
    ['2\\frac{1}{2}', '5/2'],
    ['-1\\frac{1}{2}', '-3/2'],
    ['3', '3/1'],
    ['1,234,567', '1234567/1'],
    ['-1,234.5', '-2469/2'],
    ['\\binom{5}{2}', '10/1'],
    ['1.2E-3', '3/2500'],
    ['007', '7/1'],
  ])('%s is the number %s', (latex, value) => expect(read(latex)).toBe(value))

  it('tells calls of unknown functions from products', () => {
    expect(read('f(2)')).toBe('f:f(2/1)')
    expect(read('f(x,y)')).toBe('f:f(symbol:x,symbol:y)')
    expect(read('x(x+1)')).toContain('multiply')
  })

  it.each([
    '',
    '5.',
    '2^-1',
    'x\\%',
    '\\underline{5}',
    '(1',
    '1)',
    '\\frac{1}',
    'x\\rightarrow y',
    '+',
    '\\sqrt',
    'x=',
    '1,,2',
    '\\O',
    '@',
  ])('%s is nothing', (latex) => expect(parseAnswer(latex)).toBeNull())
})

describe('relations and sets', () => {
  it.each([
    ['x \\ge 5', 'x >= 5'],
    ['x \\neq 1', 'x != 1'],
    ['x\\in\\{1,2\\}', 'x=\\{1,2\\}'],
    ['1;2', '1, 2'],
    ['\\{\\}', '\\emptyset'],
    ['2\\pm 1', '2-1, 2+1'],
    ['(1)', '1'],
    ['\\{2,1,2\\}', '\\{1,2\\}'],
    ['x \\approx 3.14', '3.14'],
    ['\\pi \\approx 3.14', '\\pi'],
  ])('%s reads as %s', same)

  it.each([
    ['(1,2)', 'interval', ''],
    ['(2,1)', 'tuple', 'an interval the wrong way round is a pair'],
    ['(1,2,3)', 'tuple', ''],
    ['(1;2)', 'tuple', ''],
    ['1,2', 'finite', ''],
    ['{1,2}', 'finite', ''],
    ['(1,2),(3,4)', 'finite', ''],
    ['(1,2)\\cup(3,4)', 'union', ''],
    ['\\mathbb{R}\\setminus\\{0\\}', 'minus', ''],
    ['x=1,2', 'relation', 'a name and its values'],
    ['x=1,y=2', 'finite', 'two equations'],
    ['1<x<2', 'chain', ''],
    ['x\\notin[1,2]', 'opaque', ''],
    ['\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}', 'matrix', ''],
  ])('%s is of the kind %s', (latex, kind) => expect(parseAnswer(latex)?.kind).toBe(kind))

  it('bounds what nesting it follows', () => {
    expect(parseAnswer(`${'('.repeat(300)}1${')'.repeat(300)}`)).toBeNull()
  })
})
