/**
 * compute-engine as the last layer: limits, integrals and infinite sums that point arithmetic cannot decide. Loaded where it is
 * first needed (a second or so); its own time limit is not to be trusted, so it runs only where it can be killed.
 */
import { ComputeEngine } from '@cortex-js/compute-engine'
import type { SymbolicEngine } from './equal.ts'
import type { Expression } from './expression.ts'

type Json = string | number | { num: string } | Json[]

export function symbolicEngine(): SymbolicEngine {
  const engine = new ComputeEngine()
  return (a, b) => {
    const [x, y] = [a, b].map((side) => engine.box(mathJson(side) as Parameters<typeof engine.box>[0]))
    if (!x!.isValid || !y!.isValid) return undefined
    if (x!.isSame(y!) || x!.isEqual(y!) === true) return true
    const [p, q] = [x!.evaluate(), y!.evaluate()]
    if (p.isSame(q) || p.isEqual(q) === true) return true
    const [u, v] = [p.N().re, q.N().re]
    if (!Number.isFinite(u) || !Number.isFinite(v)) return undefined
    return Math.abs(u - v) <= 1e-9 * Math.max(1, Math.abs(u), Math.abs(v))
  }
}

/** MathJSON of an expression. */
function mathJson(node: Expression): Json {
  switch (node.kind) {
    case 'number':
      return node.value.d === 1n
        ? { num: String(node.value.n) }
        : ['Rational', { num: String(node.value.n) }, { num: String(node.value.d) }]
    case 'symbol':
      return node.name.replaceAll(/[^A-Za-z0-9_]/g, '_')
    case 'constant':
      return {
        pi: 'Pi',
        e: 'ExponentialE',
        i: 'ImaginaryUnit',
        infinity: 'PositiveInfinity',
        'euler-gamma': 'EulerGamma',
      }[node.name]
    case 'percent':
      return ['Divide', mathJson(node.arg), 100]
    case 'add':
      return ['Add', ...node.args.map(mathJson)]
    case 'multiply':
      return ['Multiply', ...node.args.map(mathJson)]
    case 'power':
      return ['Power', mathJson(node.base), mathJson(node.exponent)]
    case 'call':
      return [functionNames[node.name] ?? capitalised(node.name.replace(/^f:/, '')), ...node.args.map(mathJson)]
    case 'matrix':
      return ['Matrix', ['List', ...node.rows.map((row): Json => ['List', ...row.map(mathJson)])]]
    case 'sum':
    case 'product':
      return [
        capitalised(node.kind),
        mathJson(node.body),
        ['Limits', node.variable, mathJson(node.from), mathJson(node.to)],
      ]
    case 'integral': {
      const integrand: Json = ['Function', mathJson(node.body), node.variable]
      if (!node.bounds) return ['Integrate', integrand]
      return ['Integrate', integrand, ['Limits', node.variable, mathJson(node.bounds.from), mathJson(node.bounds.to)]]
    }
    case 'derivative':
      return ['D', mathJson(node.body), node.variable]
    case 'limit':
      return ['Limit', ['Function', mathJson(node.body), node.variable], mathJson(node.at)]
  }
}

const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)
const functionNames: Readonly<Record<string, string>> = {
  log: 'Log',
  ln: 'Ln',
  arcsin: 'Arcsin',
  arccos: 'Arccos',
  arctan: 'Arctan',
  factorial: 'Factorial',
  gamma: 'Gamma',
  binomial: 'Binomial',
  mod: 'Mod',
  gcd: 'GCD',
  lcm: 'LCM',
}
