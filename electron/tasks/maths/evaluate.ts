/** The value of an expression at a point, in complex doubles. */
import { complex, cosine, exp, isFinite, ln, modulus, over, plus, raise, sine, times, type Complex } from './complex.ts'
import { differentiate } from './differentiate.ts'
import type { Expression } from './expression.ts'
import { toNumber } from '../rational.ts'

export type Point = ReadonlyMap<string, Complex>

/** Terms of a written-out sum or product. */
const maxTerms = 10_000

/** Null where there is no finite value, or none this arithmetic can find. */
export function evaluate(expression: Expression, point: Point): Complex | null {
  const value = valueOf(expression, point)
  return value && isFinite(value) ? value : null
}

function valueOf(node: Expression, point: Point): Complex | null {
  const all = (nodes: readonly Expression[]): Complex[] | null => {
    const values = nodes.map((arg) => valueOf(arg, point))
    return values.every((value) => value !== null) ? values : null
  }
  switch (node.kind) {
    case 'number':
      return complex(toNumber(node.value))
    case 'symbol':
      return point.get(node.name) ?? null
    case 'constant':
      return constants[node.name]
    case 'percent': {
      const arg = valueOf(node.arg, point)
      return arg && over(arg, complex(100))
    }
    case 'add':
      return all(node.args)?.reduce(plus, complex(0)) ?? null
    case 'multiply':
      return all(node.args)?.reduce(times, complex(1)) ?? null
    case 'power': {
      const values = all([node.base, node.exponent])
      return values && raise(values[0]!, values[1]!)
    }
    case 'call': {
      const values = all(node.args)
      return values && called(node.name, values)
    }
    case 'sum':
    case 'product':
      return iterated(node, point)
    case 'integral':
      return integral(node, point)
    case 'derivative': {
      const derivative = differentiate(node.body, node.variable)
      return derivative && valueOf(derivative, point)
    }
    case 'matrix':
    case 'limit':
      return null
  }
}

const constants: Readonly<Record<Extract<Expression, { kind: 'constant' }>['name'], Complex>> = {
  pi: complex(Math.PI),
  e: complex(Math.E),
  i: complex(0, 1),
  infinity: complex(Number.POSITIVE_INFINITY),
  'euler-gamma': complex(0.5772156649015329),
}

function iterated(node: Extract<Expression, { kind: 'sum' | 'product' }>, point: Point): Complex | null {
  const [from, to] = [valueOf(node.from, point), valueOf(node.to, point)]
  if (!from || !to || !Number.isInteger(from.re) || !Number.isInteger(to.re) || to.re - from.re > maxTerms) return null
  let total = complex(node.kind === 'sum' ? 0 : 1)
  for (let i = from.re; i <= to.re; i++) {
    const term = valueOf(node.body, new Map([...point, [node.variable, complex(i)]]))
    if (!term) return null
    total = node.kind === 'sum' ? plus(total, term) : times(total, term)
  }
  return total
}

/** Gauss-Legendre on 64 pieces of a finite range: exact to rounding for what answers hold. */
function integral(node: Extract<Expression, { kind: 'integral' }>, point: Point): Complex | null {
  if (!node.bounds) return null
  const [from, to] = [valueOf(node.bounds.from, point), valueOf(node.bounds.to, point)]
  if (!from || !to || !isFinite(from) || !isFinite(to) || from.im !== 0 || to.im !== 0) return null
  const pieces = 64
  const half = (to.re - from.re) / pieces / 2
  let total = complex(0)
  for (let piece = 0; piece < pieces; piece++) {
    const middle = from.re + (2 * piece + 1) * half
    for (const [node0, weight] of legendre) {
      const value = valueOf(node.body, new Map([...point, [node.variable, complex(middle + half * node0)]]))
      if (!value || !isFinite(value)) return null
      total = plus(total, times(value, complex(weight * half)))
    }
  }
  return total
}
const legendre = [
  [0, 0.5688888888888889],
  [0.5384693101056831, 0.47862867049936647],
  [-0.5384693101056831, 0.47862867049936647],
  [0.906179845938664, 0.23692688505618908],
  [-0.906179845938664, 0.23692688505618908],
] as const

function called(name: string, args: readonly Complex[]): Complex | null {
  const [z, w] = args as [Complex, Complex | undefined]
  const one = complex(1)
  const real = (of: (x: number) => number) => (args.every((arg) => arg.im === 0) ? complex(of(z.re)) : null)
  switch (name) {
    case 'sin':
      return sine(z)
    case 'cos':
      return cosine(z)
    case 'tan':
      return over(sine(z), cosine(z))
    case 'cot':
      return over(cosine(z), sine(z))
    case 'sec':
      return over(one, cosine(z))
    case 'csc':
      return over(one, sine(z))
    case 'arcsin':
      return real(Math.asin)
    case 'arccos':
      return real(Math.acos)
    case 'arctan':
      return real(Math.atan)
    case 'arccot':
      return real((x) => Math.atan(1 / x))
    case 'arcsec':
      return real((x) => Math.acos(1 / x))
    case 'arccsc':
      return real((x) => Math.asin(1 / x))
    case 'sinh':
      return real(Math.sinh)
    case 'cosh':
      return real(Math.cosh)
    case 'tanh':
      return real(Math.tanh)
    case 'arcsinh':
      return real(Math.asinh)
    case 'arccosh':
      return real(Math.acosh)
    case 'arctanh':
      return real(Math.atanh)
    case 'log':
      return w ? over(ln(z), ln(w)) : ln(z)
    case 'exp':
      return exp(z)
    case 'abs':
    case 'norm':
      return complex(modulus(z))
    case 'floor':
      return real((x) => Math.floor(nearWhole(x)))
    case 'ceil':
      return real((x) => Math.ceil(nearWhole(x)))
    case 'factorial':
      return real((x) => gamma(x + 1))
    case 'gamma':
      return real(gamma)
    case 'binomial':
      return w && args.every((arg) => arg.im === 0) ? complex(binomial(z.re, w.re)) : null
    case 'mod':
      return w ? real((x) => x - w.re * Math.floor(nearWhole(x / w.re))) : null
    case 'gcd':
    case 'lcm':
      return wholeNumbers(name, args)
    case 'max':
    case 'min':
      return args.every((arg) => arg.im === 0) ? complex(Math[name](...args.map((arg) => arg.re))) : null
    default:
      return name.startsWith('f:') ? unknown(name, args) : null
  }
}

/** A rounding error short of a whole number is that number. */
const nearWhole = (x: number): number => (Math.abs(x - Math.round(x)) < 1e-9 ? Math.round(x) : x)

/** f(x) of an unknown f: any number, the same for the same name and (to nine digits) arguments. */
function unknown(name: string, args: readonly Complex[]): Complex {
  const text = [name, ...args.map(({ re, im }) => `${re.toPrecision(9)},${im.toPrecision(9)}`)].join(';')
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  return complex(((h >>> 0) / 2 ** 32) * 4 - 2)
}

function wholeNumbers(name: 'gcd' | 'lcm', args: readonly Complex[]): Complex | null {
  if (!args.every(({ re, im }) => im === 0 && Number.isSafeInteger(re))) return null
  const gcd = (a: number, b: number): number => (b === 0 ? Math.abs(a) : gcd(b, a % b))
  return complex(
    args.map(({ re }) => re).reduce((a, b) => (name === 'gcd' ? gcd(a, b) : Math.abs((a / gcd(a, b)) * b))),
  )
}

/** Whole arguments exactly (up to 170!), others by Lanczos. */
function gamma(x: number): number {
  if (Number.isInteger(x)) {
    if (x <= 0) return Number.NaN
    let product = 1
    for (let i = 2; i < x; i++) product *= i
    return product
  }
  if (x < 0.5) return Math.PI / (Math.sin(Math.PI * x) * gamma(1 - x))
  const coefficients = [
    676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ]
  const t = x + 6.5
  const series = coefficients.reduce((total, c, i) => total + c / (x + i), 0.99999999999980993)
  return Math.sqrt(2 * Math.PI) * t ** (x - 0.5) * Math.exp(-t) * series
}

function binomial(n: number, k: number): number {
  if (!Number.isInteger(k)) return gamma(n + 1) / (gamma(k + 1) * gamma(n - k + 1))
  if (k < 0) return 0
  if (k > 1000) return Number.NaN
  let product = 1
  for (let i = 1; i <= k; i++) product = (product * (n - k + i)) / i
  return product
}
