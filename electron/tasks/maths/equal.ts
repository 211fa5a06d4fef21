/**
 * Whether two expressions are equal, in layers from the surest to the widest: the same tree; exact fractions; the same rational
 * function; the same value at random points, and for constants to 50 digits; at last a symbolic engine, where one is given.
 */
import { complex, modulus, type Complex } from './complex.ts'
import { evaluate, type Point } from './evaluate.ts'
import { rationalValue, sameRationalFunction } from './exact.ts'
import { canonical, product, symbolsOf, visit, type Expression } from './expression.ts'
import { matrixValue } from './matrix.ts'
import { preciselyEqual } from './precise.ts'
import { equals, rounded, type Rational } from '../rational.ts'

/** Decides what arithmetic cannot (limits, indefinite integrals, infinite sums); undefined: it does not know either. */
export type SymbolicEngine = (a: Expression, b: Expression) => boolean | undefined

/** Decimals to which a written decimal is believed. */
const floatDecimals = 6

export function sameExpression(a: Expression, b: Expression, engine?: SymbolicEngine): boolean {
  if (canonical(a) === canonical(b)) return true
  const [left, right] = [matrixValue(a), matrixValue(b)]
  if (left || right) {
    if (!left || !right || left.length !== right.length || left[0]!.length !== right[0]!.length) return false
    return left.every((row, i) => row.every((entry, j) => sameExpression(entry, right[i]![j]!, engine)))
  }
  if (infiniteSign(a) !== undefined || infiniteSign(b) !== undefined) return infiniteSign(a) === infiniteSign(b)
  const decimals = sameDecimals(a, b)
  if (decimals !== undefined) return decimals
  const percents = samePercents(a, b)
  if (percents !== undefined) return percents
  return sameValue(a, b, engine)
}

/** +1 or -1 for plus and minus infinity. */
function infiniteSign(x: Expression): number | undefined {
  if (x.kind === 'constant' && x.name === 'infinity') return 1
  if (x.kind !== 'multiply') return undefined
  const rest = x.args.filter((arg) => !(arg.kind === 'constant' && arg.name === 'infinity'))
  if (rest.length === x.args.length) return undefined
  const factor = rationalValue(product(...rest))
  return factor && factor.n !== 0n ? (factor.n > 0n ? 1 : -1) : undefined
}

const isDecimal = (x: Expression): boolean => (x.kind === 'number' ? x.float : x.kind === 'percent' && isDecimal(x.arg))
const isWhole = (x: Expression): boolean =>
  x.kind === 'number' ? !x.float && x.value.d === 1n : x.kind === 'percent' && isWhole(x.arg)

/**
 * A written decimal equals what rounds to it: 0.333333 and 1/3. Undefined where neither is one, or a value is not known.
 * Values that both round to nothing (physical constants) have to agree in their leading digits instead.
 */
function sameDecimals(a: Expression, b: Expression): boolean | undefined {
  if (!isDecimal(a) && !isDecimal(b)) return undefined
  const [x, y] = [realValue(a), realValue(b)]
  if (!x || !y) return undefined
  if (equals(x, y)) return true
  const [p, q] = [rounded(x, floatDecimals), rounded(y, floatDecimals)]
  if (p !== q) return false
  if (p !== 0n) return true
  const difference = Math.abs(Number(x.n * y.d - y.n * x.d))
  return difference <= 1e-6 * Math.max(Math.abs(Number(x.n * y.d)), Math.abs(Number(y.n * x.d)))
}

/** 9 % is 9 as well as 9/100: undefined unless both are whole numbers, with or without the sign. */
function samePercents(a: Expression, b: Expression): boolean | undefined {
  if (!isWhole(a) || !isWhole(b)) return undefined
  const bare = (x: Expression): Expression => (x.kind === 'percent' ? x.arg : x)
  const [x, y] = [bare(a), bare(b)]
  return x.kind === 'number' && y.kind === 'number' && equals(x.value, y.value)
}

/** The value of a real constant as a fraction: exact, or of its double. */
function realValue(x: Expression): Rational | null {
  const exact = rationalValue(x)
  if (exact) return exact
  const value = evaluate(x, new Map())
  return value && value.im === 0 ? ofDouble(value.re) : null
}

function ofDouble(x: number): Rational {
  let [n, d] = [x, 1n]
  while (!Number.isInteger(n)) {
    n *= 2
    d *= 2n
  }
  return { n: BigInt(n), d }
}

function sameValue(a: Expression, b: Expression, engine: SymbolicEngine | undefined): boolean {
  const [x, y] = [rationalValue(a), rationalValue(b)]
  if (x && y) return equals(x, y)
  const symbols = [...new Set([...freeSymbols(a), ...freeSymbols(b)])].sort()
  const exact = sameRationalFunction(a, b, symbols)
  if (exact !== null) return exact
  const numeric = sameAtPoints(a, b, symbols)
  if (numeric === true && symbols.length === 0) return preciselyEqual(a, b) ?? true
  return numeric ?? (isForEngine(a) || isForEngine(b) ? engine?.(a, b) : undefined) ?? false
}

/** Limits, integrals, infinite sums: an engine is not asked about anything else (it can hang on powers of powers). */
function isForEngine(x: Expression): boolean {
  let found = false
  visit(x, (node) => {
    if (node.kind === 'limit' || node.kind === 'integral') found = true
    if ((node.kind === 'sum' || node.kind === 'product') && infiniteSign(node.to) !== undefined) found = true
  })
  return found
}

/** Symbols that are not bound by a sum, product, integral or limit. */
function freeSymbols(x: Expression): Set<string> {
  const names = symbolsOf(x)
  visit(x, (node) => {
    if ('variable' in node && node.kind !== 'derivative') names.delete(node.variable)
  })
  return names
}

/** Points compared, and points tried to find them. Steps (floor, ceiling, remainder) need many, and large ones. */
const enough = 5
const enoughForSteps = 160
const tries = 200
const stepFunctions = new Set(['floor', 'ceil', 'mod', 'gcd', 'lcm', 'max', 'min', 'abs'])

function hasSteps(x: Expression): boolean {
  let found = false
  visit(x, (node) => {
    if (node.kind === 'call' && stepFunctions.has(node.name)) found = true
  })
  return found
}

/** Equal at every point where both are defined; undefined where too few points were found. Symbols stand for real numbers. */
function sameAtPoints(a: Expression, b: Expression, symbols: readonly string[]): boolean | undefined {
  let compared = 0
  const steps = hasSteps(a) || hasSteps(b)
  const wanted = steps ? enoughForSteps : enough
  for (let trial = 0; trial < tries && compared < wanted; trial++) {
    const point = steps && trial % 2 === 1 ? wholePoint(symbols, trial) : randomPoint(symbols, trial, steps ? 30 : 1)
    const [x, y] = [evaluate(a, point), evaluate(b, point)]
    if (!x || !y) {
      if (symbols.length === 0) return undefined
      continue
    }
    if (!close(x, y)) return false
    compared++
    if (symbols.length === 0) return true
  }
  return compared >= 2 ? true : undefined
}

/** Relative agreement to 1e-9; near zero, absolute to 1e-11: what cancels leaves rounding errors. */
function close(x: Complex, y: Complex): boolean {
  const size = Math.max(modulus(x), modulus(y))
  const apart = Math.hypot(x.re - y.re, x.im - y.im)
  return apart <= 1e-9 * size || apart <= 1e-11
}

/** Whole numbers, small first: where steps happen. */
const wholePoint = (symbols: readonly string[], trial: number): Point =>
  new Map(symbols.map((name, s) => [name, complex(s === 0 ? (trial + 1) / 2 : 1 + ((trial * 7919 + s * 104729) % 41))]))

/** Real numbers of about the scale; the first half of the trials of both signs, the rest positive. */
function randomPoint(symbols: readonly string[], trial: number, scale: number): Point {
  return new Map(
    symbols.map((name, s) => {
      const u = Math.abs(Math.sin(12.9898 * (trial + 1) + 78.233 * (s + 1)) * 43758.5453) % 1
      const size = scale * (0.3 + 2.4 * u)
      const isNegative =
        trial < tries / 2 && Math.abs(Math.sin(39.346 * (trial + 1) + 11.135 * (s + 1)) * 24634.6345) % 1 < 0.5
      return [name, complex(isNegative ? -size : size)]
    }),
  )
}
