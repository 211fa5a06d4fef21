/**
 * Exact arithmetic where it decides: the rational value of a constant, and whether two rational functions are the same (at
 * random points of two large prime fields, so that x and x + 10^-30 differ).
 */
import type { Expression } from './expression.ts'
import { add, divide, isInteger, multiply, one, power, rational, zero, type Rational } from '../rational.ts'

/** Digits of the largest number written out. */
const maxDigits = 20_000n

/** The value of an expression without symbols, or null where it is not rational (or far too large). */
export function rationalValue(node: Expression): Rational | null {
  try {
    return valueOf(node)
  } catch (error) {
    if (error instanceof RangeError) return null // a division by zero
    throw error
  }
}

function valueOf(node: Expression): Rational | null {
  switch (node.kind) {
    case 'number':
      return node.value
    case 'percent': {
      const arg = valueOf(node.arg)
      return arg && divide(arg, rational(100n))
    }
    case 'add':
      return fold(node.args, zero, add)
    case 'multiply':
      return fold(node.args, one, multiply)
    case 'power': {
      const [base, exponent] = [valueOf(node.base), valueOf(node.exponent)]
      return base && exponent && rationalPower(base, exponent)
    }
    case 'call':
      return calledValue(node)
    case 'sum':
    case 'product': {
      const [from, to] = [valueOf(node.from), valueOf(node.to)]
      if (!from || !to || !isInteger(from) || !isInteger(to) || to.n - from.n > 10_000n) return null
      let total = node.kind === 'sum' ? zero : one
      for (let i = from.n; i <= to.n; i++) {
        const term = valueOf(substituted(node.body, node.variable, rational(i)))
        if (!term) return null
        total = node.kind === 'sum' ? add(total, term) : multiply(total, term)
      }
      return total
    }
    default:
      return null
  }
}

function fold(
  args: readonly Expression[],
  start: Rational,
  join: (a: Rational, b: Rational) => Rational,
): Rational | null {
  let total = start
  for (const arg of args) {
    const value = valueOf(arg)
    if (!value) return null
    total = join(total, value)
  }
  return total
}

/** base^(p/q), where the root is exact. */
function rationalPower(base: Rational, exponent: Rational): Rational | null {
  const size = (x: bigint) => BigInt(x.toString(16).length)
  const magnitude = exponent.n < 0n ? -exponent.n : exponent.n
  if (magnitude * (size(base.n) + size(base.d)) > maxDigits) return null
  if (exponent.d === 1n) return power(base, exponent.n)
  if (base.n < 0n) return null // the principal root is complex
  const [n, d] = [exactRoot(base.n, exponent.d), exactRoot(base.d, exponent.d)]
  return n === null || d === null ? null : power(rational(n, d), exponent.n)
}

/** The whole k-th root of x >= 0, or null. */
export function exactRoot(x: bigint, k: bigint): bigint | null {
  if (x < 2n) return x
  if (k > 4096n) return null
  let root = 1n << BigInt(Math.ceil(x.toString(2).length / Number(k)))
  for (;;) {
    const next = ((k - 1n) * root + x / root ** (k - 1n)) / k
    if (next >= root) break
    root = next
  }
  return root ** k === x ? root : null
}

function calledValue({ name, args }: Extract<Expression, { kind: 'call' }>): Rational | null {
  const values = args.map(valueOf)
  if (!values.every((value) => value !== null)) return null
  const [x, y] = values as [Rational, Rational | undefined]
  const floor = (v: Rational) => (v.n >= 0n ? v.n / v.d : -((-v.n + v.d - 1n) / v.d))
  switch (name) {
    case 'abs':
    case 'norm':
      return x.n < 0n ? { n: -x.n, d: x.d } : x
    case 'floor':
      return rational(floor(x))
    case 'ceil':
      return rational(-floor({ n: -x.n, d: x.d }))
    case 'factorial': {
      if (!isInteger(x) || x.n < 0n || x.n > 2000n) return null
      let total = 1n
      for (let i = 2n; i <= x.n; i++) total *= i
      return rational(total)
    }
    case 'binomial': {
      if (!y || !isInteger(x) || !isInteger(y) || y.n < 0n || y.n > 2000n) return null
      let total = one
      for (let i = 1n; i <= y.n; i++) total = multiply(total, rational(x.n - y.n + i, i))
      return total
    }
    case 'mod':
      return y ? add(x, multiply(y, rational(-floor(divide(x, y))))) : null
    case 'max':
    case 'min':
      return values.reduce((best, value) =>
        value!.n * best!.d > best!.n * value!.d === (name === 'max') ? value : best,
      )
    default:
      return null
  }
}

/** The body with a number in the place of a symbol. */
export function substituted(node: Expression, name: string, value: Rational): Expression {
  const inside = (part: Expression) => substituted(part, name, value)
  switch (node.kind) {
    case 'symbol':
      return node.name === name ? { kind: 'number', value, float: false } : node
    case 'add':
    case 'multiply':
    case 'call':
      return { ...node, args: node.args.map(inside) }
    case 'power':
      return { ...node, base: inside(node.base), exponent: inside(node.exponent) }
    case 'percent':
      return { ...node, arg: inside(node.arg) }
    case 'sum':
    case 'product':
      return {
        ...node,
        body: node.variable === name ? node.body : inside(node.body),
        from: inside(node.from),
        to: inside(node.to),
      }
    default:
      return node
  }
}

// --- rational functions modulo primes
const primes = [2305843009213693951n, 1000000000000000003n] // 2^61 - 1, and the first prime above 10^18

/** Whether two expressions are the same rational function: yes, no, or null where one is not a rational function. */
export function sameRationalFunction(a: Expression, b: Expression, symbols: readonly string[]): boolean | null {
  for (const [i, p] of primes.entries()) {
    let compared = 0
    for (let trial = 0; trial < 6 && compared < 2; trial++) {
      const point = new Map(symbols.map((name, s) => [name, pseudoRandom(BigInt(1000 * i + 100 * trial + s + 1), p)]))
      const [x, y] = [fieldValue(a, point, p), fieldValue(b, point, p)]
      if (x === undefined || y === undefined) return null
      if (x === null || y === null) continue // a pole here: another point
      if (x !== y) return false
      compared++
    }
    if (compared === 0) return null
  }
  return true
}

const pseudoRandom = (seed: bigint, p: bigint): bigint => (seed * 6364136223846793005n + 1442695040888963407n) ** 5n % p

const mod = (x: bigint, p: bigint): bigint => ((x % p) + p) % p

function powerMod(base: bigint, exponent: bigint, p: bigint): bigint {
  let [result, factor, e] = [1n, mod(base, p), exponent]
  for (; e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * factor) % p
    factor = (factor * factor) % p
  }
  return result
}

/** The value modulo p; null at a pole; undefined where the expression is no rational function. */
function fieldValue(node: Expression, point: ReadonlyMap<string, bigint>, p: bigint): bigint | null | undefined {
  const inverse = (x: bigint): bigint | null => (x === 0n ? null : powerMod(x, p - 2n, p))
  switch (node.kind) {
    case 'number': {
      const bottom = inverse(mod(node.value.d, p))
      return bottom === null ? null : (mod(node.value.n, p) * bottom) % p
    }
    case 'symbol':
      return point.get(node.name)
    case 'percent': {
      const arg = fieldValue(node.arg, point, p)
      return typeof arg === 'bigint' ? (arg * inverse(100n)!) % p : arg
    }
    case 'add':
    case 'multiply': {
      let total = node.kind === 'add' ? 0n : 1n
      let pole = false
      for (const arg of node.args) {
        const value = fieldValue(arg, point, p)
        if (value === undefined) return undefined
        if (value === null) pole = true
        else total = node.kind === 'add' ? (total + value) % p : (total * value) % p
      }
      return pole ? null : total
    }
    case 'power': {
      const exponent = rationalValue(node.exponent)
      if (!exponent || !isInteger(exponent)) {
        const value = rationalValue(node)
        return value ? fieldValue({ kind: 'number', value, float: false }, point, p) : undefined
      }
      const base = fieldValue(node.base, point, p)
      if (typeof base !== 'bigint') return base
      const raised = powerMod(base, exponent.n < 0n ? -exponent.n : exponent.n, p)
      return exponent.n < 0n ? inverse(raised) : raised
    }
    default: {
      const value = rationalValue(node)
      return value ? fieldValue({ kind: 'number', value, float: false }, point, p) : undefined
    }
  }
}
