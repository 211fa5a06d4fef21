/** The layers below a verdict: evaluation, exact and precise arithmetic, polynomials, sets, equations. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { complex } from './complex.ts'
import { differentiate } from './differentiate.ts'
import { residual, sameSolutions } from './equation.ts'
import { sameExpression } from './equal.ts'
import { evaluate } from './evaluate.ts'
import { exactRoot, rationalValue, sameRationalFunction } from './exact.ts'
import { isExpression, type Expression } from './expression.ts'
import { parseAnswer } from './parse-answer.ts'
import { polynomialIn, realRoots } from './polynomial.ts'
import { preciseValue } from './precise.ts'
import { realSet, sameRealSet } from './real-set.ts'

const expression = (latex: string): Expression => {
  const answer = parseAnswer(latex)
  if (!answer || !isExpression(answer)) throw new Error(`no expression: ${latex}`)
  return answer
}
const at = (latex: string, x: number) => evaluate(expression(latex), new Map([['x', complex(x)]]))

describe('evaluate', () => {
  it.each([
    ['x^2+1', 3, 10],
    ['\\sqrt{x}', 2, Math.SQRT2],
    ['\\log_{2}(x)', 8, 3],
    ['\\sin(x)^2+\\cos(x)^2', 0.7, 1],
    ['\\sec(x)', 0.3, 1 / Math.cos(0.3)],
    ['\\arctan(x)', 1, Math.PI / 4],
    ['x!', 5, 120],
    ['x!', 0.5, Math.sqrt(Math.PI) / 2],
    ['\\binom{x}{2}', 6, 15],
    ['\\lfloor x\\rfloor', 2.9, 2],
    ['x \\mod 3', 8, 2],
    ['\\sum_{k=1}^{x} k', 10, 55],
    ['\\prod_{k=1}^{x} k', 5, 120],
    ['\\int_0^x t^2 dt', 3, 9],
    ['\\frac{d}{dx} x^3', 2, 12],
    ['|x|', -4, 4],
    ['50\\% x', 4, 2],
  ])('%s at %d is %d', (latex, x, value) => {
    const got = at(latex, x)!
    expect(got.re).toBeCloseTo(value, 9)
    expect(got.im).toBeCloseTo(0, 9)
  })

  it('takes principal values', () => {
    expect(at('\\sqrt{x}', -4)).toEqual({ re: expect.closeTo(0, 12), im: 2 })
    expect(at('x^{1/3}', -8)!.re).toBeCloseTo(1, 12)
    expect(at('\\ln(x)', -1)!.im).toBeCloseTo(Math.PI, 12)
  })

  it('has no value where there is none', () => {
    expect(at('\\frac{1}{x}', 0)).toBeNull()
    expect(at('y', 1)).toBeNull()
    expect(at('\\ln(x)', 0)).toBeNull()
    expect(at('\\sum_{k=1}^{10^9} k', 1)).toBeNull()
  })

  it('gives an unknown function one value a name and argument', () => {
    expect(at('f(x)', 2)).toEqual(at('f(x)', 2))
    expect(at('f(x)', 2)).not.toEqual(at('f(x)', 3))
    expect(at('f(x)', 2)).not.toEqual(at('g(x)', 2))
  })
})

describe('differentiate', () => {
  it.each([
    'x^5',
    '\\sin(x^2)',
    '\\frac{x+1}{x-3}',
    'e^{2x}',
    'x^x',
    '\\ln(x)',
    '\\arctan(3x)',
    '\\tan(x)',
    '\\sqrt{x+1}',
    '2^x',
    '\\arcsin(x/4)',
  ])('%s agrees with differences', (latex) => {
    const node = expression(latex)
    const derivative = differentiate(node, 'x')!
    for (const x of [0.4, 1.3, 2.2]) {
      const point = (v: number) => new Map([['x', complex(v)]])
      const slope = (evaluate(node, point(x + 1e-5))!.re - evaluate(node, point(x - 1e-5))!.re) / 2e-5
      expect(evaluate(derivative, point(x))!.re / slope).toBeCloseTo(1, 6)
    }
  })
})

describe('exact', () => {
  it.each([
    ['2^{100}-1', 1267650600228229401496703205375n],
    ['\\sqrt{144}', 12n],
    ['8^{2/3}', 4n],
    ['20!', 2432902008176640000n],
    ['\\sum_{k=1}^{100} k', 5050n],
    ['\\lfloor -7/2\\rfloor', -4n],
  ])('%s', (latex, value) => expect(rationalValue(expression(latex))).toEqual({ n: value, d: 1n }))

  it.each(['\\sqrt{2}', '\\pi', 'x', '\\frac{1}{0}', '9^{9^{9^{9}}}', '(10^{9})!'])(
    '%s is no fraction that can be written out',
    (latex) => expect(rationalValue(expression(latex))).toBeNull(),
  )

  it('finds whole roots and no others', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 2n, max: 10n ** 12n }), fc.bigInt({ min: 2n, max: 9n }), (root, k) => {
        expect(exactRoot(root ** k, k)).toBe(root)
        expect(exactRoot(root ** k + 1n, k)).toBeNull()
      }),
    )
  })

  it.each([
    ['(x+1)^2', 'x^2+2x+1', true],
    ['\\frac{x^2-1}{x-1}', 'x+1', true],
    ['x+10^{-30}', 'x', false],
    ['\\frac{1}{x}+\\frac{1}{y}', '\\frac{x+y}{xy}', true],
    ['x^2', 'x^3', false],
    ['\\sqrt{x}', 'x', null],
  ])('%s and %s as rational functions: %s', (a, b, same) =>
    expect(sameRationalFunction(expression(a), expression(b), ['x', 'y'])).toBe(same),
  )
})

describe('precise', () => {
  // 60 digits, by mpmath
  it.each([
    ['\\pi', '3.14159265358979323846264338327950288419716939937510582097494'],
    ['e', '2.71828182845904523536028747135266249775724709369995957496697'],
    ['\\sqrt{2}', '1.41421356237309504880168872420969807856967187537694807317668'],
    ['\\ln(2)', '0.69314718055994530941723212145817656807550013436025525412068'],
    ['\\sin(1)', '0.84147098480789650665250232163029899962256306079837106567275'],
    ['\\arctan(2)', '1.10714871779409050301706546017853704007004764540143264667653'],
    ['2^{\\pi}', '8.82497782707628762385642960420800158170441081527148492666896'],
    ['\\arcsin(0.5)', '0.52359877559829887307710723054658381403286156656251763682916'],
  ])('%s to 50 digits', (latex, digits) => {
    const [whole, fraction] = digits.split('.') as [string, string]
    const known = BigInt(whole + fraction.slice(0, 50))
    const got = preciseValue(expression(latex))! / 10n ** 30n
    expect(got - known >= -1n && got - known <= 1n).toBe(true)
  })

  it.each([
    ['\\sqrt{10^{30}+1}', '10^{15}', false],
    ['\\sqrt{2}\\cdot\\sqrt{3}', '\\sqrt{6}', true],
    ['\\ln(6)', '\\ln(2)+\\ln(3)', true],
    ['e^{\\pi\\sqrt{163}}', '262537412640768744', false],
    ['\\cos(\\frac{\\pi}{5})', '\\frac{1+\\sqrt{5}}{4}', true],
  ])('%s and %s: %s', (a, b, same) => expect(sameExpression(expression(a), expression(b))).toBe(same))
})

describe('polynomials', () => {
  it('gives back the roots they were made of', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 5 }), (roots) => {
        const latex = roots.map((root) => `(x-(${root}))`).join('')
        const found = realRoots(polynomialIn(expression(latex), 'x')!)!
        expect(found).toHaveLength(roots.length)
        ;[...roots].sort((a, b) => a - b).forEach((root, i) => expect(found[i]).toBeCloseTo(root, 6))
      }),
      { numRuns: 60 },
    )
  })
  it('knows what is none', () => {
    expect(polynomialIn(expression('\\sin(x)'), 'x')).toBeNull()
    expect(polynomialIn(expression('xy'), 'x')).toBeNull()
    expect(realRoots([1, 0, 1])).toEqual([])
    expect(realRoots([0])).toBeNull()
  })
})

describe('sets of real numbers', () => {
  const set = (latex: string) => realSet(parseAnswer(latex)!)!
  it.each([
    ['x<2', '(-\\infty,2)', true],
    ['x\\ge 2', '[2,\\infty)', true],
    ['1<x\\le 3', '(1,3]', true],
    ['x^2<4', '(-2,2)', true],
    ['x^2\\ge 4', '(-\\infty,-2]\\cup[2,\\infty)', true],
    ['x^2=4', '\\{-2,2\\}', true],
    ['x\\ne 0', '\\mathbb{R}\\setminus\\{0\\}', true],
    ['[0,1]\\cup[1,2]', '[0,2]', true],
    ['[0,1)\\cup(1,2]', '[0,2]', false],
    ['(0,3)\\cap(1,5)', '(1,3)', true],
    ['[0,2]\\setminus\\{1\\}', '[0,1)\\cup(1,2]', true],
    ['x^2<0', '\\emptyset', true],
    ['x^2\\ge 0', '\\mathbb{R}', true],
    ['(1,2)', '[1,2]', false],
  ])('%s and %s: %s', (a, b, same) => expect(sameRealSet(set(a), set(b))).toBe(same))

  it.each(['x<y', 'x+y<2', '\\sin(x)<1', '(a,b)', '\\mathbb{Z}', '(1,2,3)'])('%s is none it can compute', (latex) =>
    expect(realSet(parseAnswer(latex)!)).toBeNull(),
  )
})

describe('equations', () => {
  const sides = (latex: string) => {
    const answer = parseAnswer(latex)!
    if (answer.kind !== 'relation' || !isExpression(answer.left) || !isExpression(answer.right)) throw new Error(latex)
    return residual(answer.left, answer.right)
  }
  it.each([
    ['2x+2y=2', 'x+y=1', true],
    ['y=\\frac{2}{x}', 'xy=2', true],
    ['x^2-4=0', '(x-2)(x+2)=0', true],
    ['(x-2)^2=0', 'x-2=0', true],
    ['x^2=4', 'x=2', false],
    ['(y-1)(x-2)=0', 'x-2=0', false],
    ['x+y=1', 'x+z=1', false],
    ['2\\sin(x)=1', '\\sin(x)=\\frac{1}{2}', true],
    ['\\sin(x)=1', '\\cos(x)=1', false],
    ['x^2/4+y^2/3=1', '3x^2+4y^2=12', true],
  ])('%s and %s: %s', (a, b, same) => expect(sameSolutions(sides(a), sides(b))).toBe(same))
})
