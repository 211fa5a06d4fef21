/**
 * Real constants to 50 digits, in big-integer fixed point: what doubles call equal is looked at again here, so that
 * \sqrt{10^{30} + 1} and 10^{15} are told apart.
 */
import type { Expression } from './expression.ts'
import { exactRoot, rationalValue } from './exact.ts'

const digits = 80n
const unit = 10n ** digits
/** Digits that have to agree. */
const agreed = 10n ** (digits - 50n)

/** Fixed-point value (times 10^80), or null for what is not real, too large (above 10^40) or has no rule here. */
export function preciseValue(node: Expression): bigint | null {
  const value = fixed(node)
  return value !== null && magnitude(value) < unit * 10n ** 40n ? value : null
}

/** Equal to 50 digits after the point (relative for large values); null where one value is not known that well. */
export function preciselyEqual(a: Expression, b: Expression): boolean | null {
  const [x, y] = [preciseValue(a), preciseValue(b)]
  if (x === null || y === null) return null
  const size = magnitude(x) > unit ? magnitude(x) / unit : 1n
  return magnitude(x - y) <= agreed * size
}

const magnitude = (x: bigint): bigint => (x < 0n ? -x : x)
const times = (a: bigint, b: bigint): bigint => (a * b) / unit
const over = (a: bigint, b: bigint): bigint | null => (b === 0n ? null : (a * unit) / b)

function fixed(node: Expression): bigint | null {
  const rational = rationalValue(node)
  if (rational) return (rational.n * unit) / rational.d
  switch (node.kind) {
    case 'constant':
      return node.name === 'pi' ? pi() : node.name === 'e' ? exponential(unit) : null
    case 'percent': {
      const arg = fixed(node.arg)
      return arg === null ? null : arg / 100n
    }
    case 'add':
    case 'multiply': {
      let total = node.kind === 'add' ? 0n : unit
      for (const arg of node.args) {
        const value = fixed(arg)
        if (value === null) return null
        total = node.kind === 'add' ? total + value : times(total, value)
      }
      return total
    }
    case 'power':
      return raised(node.base, node.exponent)
    case 'call':
      return called(node)
    default:
      return null
  }
}

function raised(base: Expression, exponent: Expression): bigint | null {
  const x = fixed(base)
  if (x === null) return null
  const e = rationalValue(exponent)
  if (e && magnitude(e.n) <= 4096n && e.d <= 64n) {
    if (e.d > 1n && x < 0n) return null
    const root = e.d === 1n ? x : integerRoot(x * unit ** (e.d - 1n), e.d)
    let power = unit
    for (let i = 0n; i < magnitude(e.n); i++) {
      power = times(power, root)
      if (magnitude(power) > unit ** 3n) return null
    }
    return e.n < 0n ? over(unit, power) : power
  }
  const y = fixed(exponent)
  const log = x > 0n ? logarithm(x) : null
  return y === null || log === null ? null : exponential(times(y, log))
}

/** floor of the k-th root. */
function integerRoot(x: bigint, k: bigint): bigint {
  if (x <= 0n) return 0n
  const exact = exactRoot(x, k)
  if (exact !== null) return exact
  let root = 1n << BigInt(Math.ceil(x.toString(2).length / Number(k)))
  for (;;) {
    const next = ((k - 1n) * root + x / root ** (k - 1n)) / k
    if (next >= root) return root
    root = next
  }
}

function called({ name, args }: Extract<Expression, { kind: 'call' }>): bigint | null {
  const values = args.map(fixed)
  if (!values.every((value) => value !== null)) return null
  const [x, y] = values as [bigint, bigint | undefined]
  const quotient = (top: bigint | null, bottom: bigint | null) =>
    top === null || bottom === null ? null : over(top, bottom)
  switch (name) {
    case 'abs':
      return magnitude(x)
    case 'log':
      return quotient(logarithm(x), y === undefined ? unit : logarithm(y))
    case 'sin':
      return sine(x)
    case 'cos':
      return cosine(x)
    case 'tan':
      return quotient(sine(x), cosine(x))
    case 'cot':
      return quotient(cosine(x), sine(x))
    case 'sec':
      return quotient(unit, cosine(x))
    case 'csc':
      return quotient(unit, sine(x))
    case 'arctan':
      return arctangent(x)
    case 'arcsin': {
      const rest = unit - times(x, x)
      if (rest < 0n) return null
      if (rest === 0n) return (x > 0n ? pi() : -pi()) / 2n
      return arctangent(over(x, integerRoot(rest * unit, 2n))!)
    }
    case 'arccos': {
      const angle = called({ kind: 'call', name: 'arcsin', args })
      return angle === null ? null : pi() / 2n - angle
    }
    default:
      return null
  }
}

/** Σ of terms until they vanish; `next` makes a term from the one before and its number. */
function series(first: bigint, next: (term: bigint, k: bigint) => bigint): bigint {
  let total = 0n
  let term = first
  for (let k = 1n; term !== 0n && k < 1000n; k++) {
    total += term
    term = next(term, k)
  }
  return total
}

function exponential(x: bigint): bigint | null {
  if (magnitude(x) > 200n * unit) return null
  // e^x = (e^(x / 2^64))^(2^64): a short series, at the price of 20 digits lost in squaring.
  const halvings = 64n
  let value = series(unit, (term, k) => (term * x) / ((unit * k) << halvings))
  for (let i = 0n; i < halvings; i++) value = times(value, value)
  return value
}

function logarithm(x: bigint): bigint | null {
  if (x <= 0n) return null
  // Newton on e^y = x from the double's logarithm: digits double each time.
  let y = BigInt(Math.round(Math.log(Number(x) / Number(unit)) * 1e15)) * (unit / 10n ** 15n)
  for (let i = 0; i < 4; i++) {
    const power = exponential(y)
    if (power === null || power === 0n) return null
    y += 2n * (over(x - power, x + power) ?? 0n)
  }
  return y
}

let cachedPi: bigint | undefined
function pi(): bigint {
  // Machin: 16 arctan(1/5) - 4 arctan(1/239)
  const inverse = (n: bigint): bigint => {
    let total = 0n
    let term = unit / n
    for (let k = 1n; term !== 0n; k += 2n) {
      total += (k % 4n === 1n ? term : -term) / k
      term /= n * n
    }
    return total
  }
  cachedPi ??= 16n * inverse(5n) - 4n * inverse(239n)
  return cachedPi
}

function sine(x: bigint): bigint {
  const turn = 2n * pi()
  const angle = x % turn
  return series(angle, (term, k) => (-term * angle * angle) / (unit * unit * (2n * k) * (2n * k + 1n)))
}

const cosine = (x: bigint): bigint => sine(x + pi() / 2n)

function arctangent(x: bigint): bigint {
  if (magnitude(x) > unit) return (x > 0n ? pi() : -pi()) / 2n - arctangent(over(unit, x)!)
  // Three half-angle steps leave a small argument: arctan x = 2 arctan(x / (1 + sqrt(1 + x^2))).
  let small = x
  for (let i = 0; i < 3; i++) small = over(small, unit + integerRoot((unit + times(small, small)) * unit, 2n))!
  const square = times(small, small)
  let total = 0n
  let power = small
  for (let k = 1n; power !== 0n && k < 2000n; k += 2n) {
    total += (k % 4n === 1n ? power : -power) / k
    power = times(power, square)
  }
  return 8n * total
}
