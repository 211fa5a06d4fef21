/** Polynomials in one unknown with real coefficients, lowest power first: what inequalities and equations are solved by. */
import { evaluate } from './evaluate.ts'
import { symbolsOf, type Expression } from './expression.ts'
import { rationalValue } from './exact.ts'

const maxDegree = 12

/** Coefficients, or null where the expression is no polynomial in the unknown with constant coefficients. */
export function polynomialIn(node: Expression, unknown: string): readonly number[] | null {
  if (!symbolsOf(node).has(unknown)) {
    const value = evaluate(node, new Map())
    return value && value.im === 0 ? [value.re] : null
  }
  switch (node.kind) {
    case 'symbol':
      return [0, 1]
    case 'percent':
      return polynomialIn(node.arg, unknown)?.map((c) => c / 100) ?? null
    case 'add':
      return node.args.map((arg) => polynomialIn(arg, unknown)).reduce((a, b) => (a && b ? added(a, b) : null))
    case 'multiply':
      return node.args.map((arg) => polynomialIn(arg, unknown)).reduce((a, b) => (a && b ? multiplied(a, b) : null))
    case 'power': {
      const exponent = rationalValue(node.exponent)
      const base = polynomialIn(node.base, unknown)
      if (!base || !exponent || exponent.d !== 1n || exponent.n < 0n || exponent.n > BigInt(maxDegree)) return null
      let total: readonly number[] | null = [1]
      for (let i = 0n; i < exponent.n && total; i++) total = multiplied(total, base)
      return total
    }
    default:
      return null
  }
}

const added = (a: readonly number[], b: readonly number[]): number[] =>
  Array.from({ length: Math.max(a.length, b.length) }, (_, i) => (a[i] ?? 0) + (b[i] ?? 0))

function multiplied(a: readonly number[], b: readonly number[]): number[] | null {
  if (a.length + b.length - 2 > maxDegree) return null
  const product = new Array<number>(a.length + b.length - 1).fill(0)
  a.forEach((x, i) => b.forEach((y, j) => (product[i + j]! += x * y)))
  return product
}

/** Real roots in order, each once; null for the zero polynomial. Degrees above 2 by Newton between the derivative's roots. */
export function realRoots(coefficients: readonly number[]): number[] | null {
  let degree = coefficients.length - 1
  while (degree >= 0 && coefficients[degree] === 0) degree--
  if (degree < 0) return null
  if (degree === 0) return []
  if (degree === 1) return [-coefficients[0]! / coefficients[1]!]
  if (degree === 2) {
    const [c, b, a] = coefficients as [number, number, number]
    const square = b * b - 4 * a * c
    if (square < -1e-12 * b * b) return []
    const root = Math.sqrt(Math.max(0, square))
    return root === 0 ? [-b / (2 * a)] : [(-b - root) / (2 * a), (-b + root) / (2 * a)].sort((x, y) => x - y)
  }
  const at = (x: number) => coefficients.reduceRight((sum, value) => sum * x + value, 0)
  const turning = realRoots(coefficients.slice(1).map((c, i) => c * (i + 1)))!
  const bound = 1 + Math.max(...coefficients.slice(0, degree).map((c) => Math.abs(c / coefficients[degree]!)))
  const edges = [-bound, ...turning.filter((x) => Math.abs(x) < bound), bound]
  const roots: number[] = []
  for (let i = 0; i + 1 < edges.length; i++) {
    let [low, high] = [edges[i]!, edges[i + 1]!]
    if (Math.abs(at(low)) < 1e-12) roots.push(low)
    if (Math.sign(at(low)) * Math.sign(at(high)) >= 0) continue
    for (let step = 0; step < 200 && high - low > 1e-15 * Math.max(1, Math.abs(low)); step++) {
      const middle = (low + high) / 2
      if (Math.sign(at(middle)) === Math.sign(at(low))) low = middle
      else high = middle
    }
    roots.push((low + high) / 2)
  }
  return roots.filter((x, i) => i === 0 || Math.abs(x - roots[i - 1]!) > 1e-9)
}
