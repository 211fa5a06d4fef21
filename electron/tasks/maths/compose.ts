/** What written pieces come to: fractions and mixed numbers of whole numbers at once, functions with base and power. */
import { decimal, negate, rational, type Rational } from '../rational.ts'
import { rationalValue } from './exact.ts'
import { call, integer, number, power, product, quotient, type Expression } from './expression.ts'
import { determinant } from './matrix.ts'
import { noParse } from './token-reader.ts'

/** Number, integer or decimal or 1.2E-3. */
export function numeral(text: string): Expression {
  const [mantissa = '', exponent] = text.split('E')
  let value: Rational = decimal(mantissa)
  if (exponent !== undefined) {
    if (Math.abs(Number(exponent)) > 400) throw noParse
    const scale = 10n ** BigInt(Math.abs(Number(exponent)))
    value = exponent.startsWith('-') ? rational(value.n, value.d * scale) : rational(value.n * scale, value.d)
  }
  return number(value, text.includes('.') || exponent !== undefined)
}

/** Two whole numbers make a fraction; anything else a quotient. */
export function divided(top: Expression, bottom: Expression): Expression {
  if (isWhole(top) && isWhole(bottom) && bottom.value.n !== 0n) return number(rational(top.value.n, bottom.value.n))
  return quotient(top, bottom)
}

const isWhole = (x: Expression): x is Extract<Expression, { kind: 'number' }> =>
  x.kind === 'number' && !x.float && x.value.d === 1n

/** Of whole numbers it is a number at once. */
export function binomial(top: Expression, bottom: Expression): Expression {
  const value = isWhole(top) && isWhole(bottom) ? rationalValue(call('binomial', top, bottom)) : null
  return value ? number(value) : call('binomial', top, bottom)
}

/** Side by side: a whole number before a positive fraction is a mixed number. */
export function beside(first: Expression, rest: Expression): Expression {
  if (isWhole(first) && rest.kind === 'number' && !rest.float && rest.value.n > 0n) {
    const { n, d } = rest.value
    return number(first.value.n < 0n ? negate(rational(-first.value.n * d + n, d)) : rational(first.value.n * d + n, d))
  }
  return product(first, rest)
}

/** A function by its name, with what stood below and above it: \\log_2, \\sin^2, \\sin^{-1}. */
export function applied(
  name: string,
  args: Expression[],
  base: Expression | undefined,
  exponent: Expression | undefined,
): Expression {
  const [arg] = args as [Expression]
  const inverse =
    exponent?.kind === 'number' &&
    exponent.value.n === -1n &&
    ['sin', 'cos', 'tan', 'csc', 'sec', 'cot', 'sinh', 'cosh', 'tanh'].includes(name)
  let value: Expression
  if (name === 'log') value = call('log', arg, base ?? integer(10))
  else if (name === 'ln') value = call('log', arg, base ?? { kind: 'constant', name: 'e' })
  else if (name === 'exp') value = power({ kind: 'constant', name: 'e' }, arg)
  else if (inverse) return call(`arc${name}`, arg)
  else if (name === 'det' && arg.kind === 'matrix') value = determinant(arg.rows)
  else value = call(name.replace(/^ar(?=sinh|cosh|tanh)/, 'arc').replace(/^Gamma$/, 'gamma'), ...args)
  return exponent ? power(value, exponent) : value
}
