/**
 * Whether two equations have the same solutions: left minus right agree up to a factor without zeros of its own. For rational
 * functions that is decided in a prime field, unknown by unknown, on square-free numerators; for others the ratio of both has
 * to be one constant at random points.
 */
import { complex, over } from './complex.ts'
import { evaluate } from './evaluate.ts'
import { rationalValue } from './exact.ts'
import { difference, minus, symbolsOf, type Expression } from './expression.ts'
import { sameExpression } from './equal.ts'

/** a and b: left minus right of each equation. */
export function sameSolutions(a: Expression, b: Expression): boolean {
  if (sameExpression(a, b) || sameExpression(a, minus(b))) return true
  const symbols = [...symbolsOf(a)].sort()
  if (symbols.length === 0 || symbols.join() !== [...symbolsOf(b)].sort().join()) return false
  const byNumerators = symbols.map((unknown) => sameZeros(a, b, unknown, symbols))
  if (byNumerators.every((same) => same !== undefined)) return byNumerators.every(Boolean)
  return hasConstantRatio(a, b, symbols)
}

/** Left minus right. */
export const residual = (left: Expression, right: Expression): Expression => difference(left, right)

function hasConstantRatio(a: Expression, b: Expression, symbols: readonly string[]): boolean {
  const ratios: number[] = []
  for (let trial = 0; trial < 40 && ratios.length < 5; trial++) {
    const point = new Map(symbols.map((name, s) => [name, complex(0.2 + ((trial * 7919 + s * 104729) % 9973) / 4000)]))
    const [x, y] = [evaluate(a, point), evaluate(b, point)]
    if (!x || !y || Math.hypot(x.re, x.im) < 1e-9 || Math.hypot(y.re, y.im) < 1e-9) continue
    const ratio = over(x, y)
    if (Math.abs(ratio.im) > 1e-9 * Math.abs(ratio.re)) return false
    ratios.push(ratio.re)
  }
  return ratios.length >= 3 && ratios.every((ratio) => Math.abs(ratio - ratios[0]!) <= 1e-9 * Math.abs(ratios[0]!))
}

// --- polynomials modulo a prime, lowest power first, no zeros at the end
const p = 2305843009213693951n // 2^61 - 1
const maxDegree = 32
type Poly = readonly bigint[]
interface Fraction {
  readonly top: Poly
  readonly bottom: Poly
}

function sameZeros(a: Expression, b: Expression, unknown: string, symbols: readonly string[]): boolean | undefined {
  const others = new Map(
    symbols
      .filter((name) => name !== unknown)
      .map((name, s) => [name, (BigInt(s + 3) * 6364136223846793005n) ** 3n % p]),
  )
  const [x, y] = [fraction(a, unknown, others), fraction(b, unknown, others)]
  if (!x || !y) return undefined
  const [f, g] = [squareFree(x.top), squareFree(y.top)]
  return f.length === g.length && f.every((c, i) => c === g[i])
}

/** The expression as top/bottom in the unknown; null where it is no rational function of it. */
function fraction(node: Expression, unknown: string, others: ReadonlyMap<string, bigint>): Fraction | null {
  const constant = (value: bigint): Fraction => ({ top: trimmed([mod(value)]), bottom: [1n] })
  switch (node.kind) {
    case 'symbol':
      if (node.name === unknown) return { top: [0n, 1n], bottom: [1n] }
      return constant(others.get(node.name)!)
    case 'add':
    case 'multiply': {
      let total = constant(node.kind === 'add' ? 0n : 1n)
      for (const arg of node.args) {
        const part = fraction(arg, unknown, others)
        if (!part) return null
        total =
          node.kind === 'add'
            ? {
                top: plus(times(total.top, part.bottom), times(part.top, total.bottom)),
                bottom: times(total.bottom, part.bottom),
              }
            : { top: times(total.top, part.top), bottom: times(total.bottom, part.bottom) }
        if (total.top.length > maxDegree || total.bottom.length > maxDegree) return null
      }
      return reduced(total)
    }
    case 'power': {
      const exponent = rationalValue(node.exponent)
      const base = fraction(node.base, unknown, others)
      if (!base || !exponent || exponent.d !== 1n || exponent.n > 16n || exponent.n < -16n) return null
      let total = constant(1n)
      for (let i = 0n; i < (exponent.n < 0n ? -exponent.n : exponent.n); i++) {
        total = { top: times(total.top, base.top), bottom: times(total.bottom, base.bottom) }
        if (total.top.length > maxDegree || total.bottom.length > maxDegree) return null
      }
      if (exponent.n >= 0n) return total
      return total.top.length === 0 ? null : { top: total.bottom, bottom: total.top }
    }
    default: {
      const value = rationalValue(node)
      return value && constant(mod(value.n) * inverse(mod(value.d)))
    }
  }
}

const mod = (x: bigint): bigint => ((x % p) + p) % p
const trimmed = (f: Poly): Poly => f.slice(0, f.findLastIndex((c) => c !== 0n) + 1)

function inverse(x: bigint): bigint {
  let [result, factor] = [1n, x]
  for (let e = p - 2n; e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * factor) % p
    factor = (factor * factor) % p
  }
  return result
}

const plus = (f: Poly, g: Poly): Poly =>
  trimmed(Array.from({ length: Math.max(f.length, g.length) }, (_, i) => mod((f[i] ?? 0n) + (g[i] ?? 0n))))

function times(f: Poly, g: Poly): Poly {
  if (f.length === 0 || g.length === 0) return []
  const product = new Array<bigint>(f.length + g.length - 1).fill(0n)
  f.forEach((x, i) => g.forEach((y, j) => (product[i + j] = (product[i + j]! + x * y) % p)))
  return trimmed(product)
}

function divided(f: Poly, g: Poly): { quotient: Poly; rest: Poly } {
  const quotient = new Array<bigint>(Math.max(0, f.length - g.length + 1)).fill(0n)
  let rest = [...f]
  const lead = inverse(g.at(-1)!)
  for (let at = f.length - g.length; at >= 0; at--) {
    const factor = ((rest[at + g.length - 1] ?? 0n) * lead) % p
    quotient[at] = factor
    g.forEach((c, i) => (rest[at + i] = mod(rest[at + i]! - factor * c)))
  }
  rest = [...trimmed(rest)]
  return { quotient: trimmed(quotient), rest }
}

const monic = (f: Poly): Poly => (f.length === 0 ? f : f.map((c) => (c * inverse(f.at(-1)!)) % p))

function gcd(f: Poly, g: Poly): Poly {
  let [a, b] = [f, g]
  while (b.length > 0) [a, b] = [b, divided(a, b).rest]
  return monic(a)
}

function reduced({ top, bottom }: Fraction): Fraction {
  const common = gcd(top, bottom)
  if (common.length <= 1) return { top, bottom }
  return { top: divided(top, common).quotient, bottom: divided(bottom, common).quotient }
}

function squareFree(f: Poly): Poly {
  if (f.length <= 2) return monic(f)
  const derivative = trimmed(f.slice(1).map((c, i) => (c * BigInt(i + 1)) % p))
  return monic(divided(f, gcd(f, derivative)).quotient)
}
