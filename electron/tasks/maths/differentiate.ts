/** Derivatives by the rules of the textbook. */
import { call, integer, minus, power, product, quotient, sum, symbolsOf, type Expression } from './expression.ts'

/** d node / d variable, or null for what has no rule here. */
export function differentiate(node: Expression, variable: string): Expression | null {
  if (!symbolsOf(node).has(variable)) return integer(0)
  const d = (part: Expression) => differentiate(part, variable)
  switch (node.kind) {
    case 'symbol':
      return integer(1)
    case 'percent': {
      const inner = d(node.arg)
      return inner && { kind: 'percent', arg: inner }
    }
    case 'add': {
      const parts = node.args.map(d)
      return parts.every((part) => part !== null) ? sum(...parts) : null
    }
    case 'multiply': {
      const parts = node.args.map((arg, i) => {
        const inner = d(arg)
        return inner && product(inner, ...node.args.filter((_, j) => j !== i))
      })
      return parts.every((part) => part !== null) ? sum(...parts) : null
    }
    case 'power': {
      const [base, exponent] = [d(node.base), d(node.exponent)]
      if (!base || !exponent) return null
      const e: Expression = { kind: 'constant', name: 'e' }
      const byBase = product(node.exponent, power(node.base, sum(node.exponent, integer(-1))), base)
      if (!symbolsOf(node.exponent).has(variable)) return byBase
      const byExponent = product(node, call('log', node.base, e), exponent)
      return symbolsOf(node.base).has(variable) ? sum(byBase, byExponent) : byExponent
    }
    case 'call': {
      const [arg, base] = node.args
      const inner = d(arg!)
      const outer = rules[node.name]?.(arg!, base)
      return inner && outer ? product(outer, inner) : null
    }
    case 'derivative': {
      const inner = d(node.body)
      return inner && { ...node, body: inner }
    }
    default:
      return null
  }
}

const two = integer(2)
const one = integer(1)
const rules: Readonly<Record<string, (x: Expression, base: Expression | undefined) => Expression>> = {
  sin: (x) => call('cos', x),
  cos: (x) => minus(call('sin', x)),
  tan: (x) => power(call('sec', x), two),
  cot: (x) => minus(power(call('csc', x), two)),
  sec: (x) => product(call('sec', x), call('tan', x)),
  csc: (x) => minus(product(call('csc', x), call('cot', x))),
  arcsin: (x) => power(sum(one, minus(power(x, two))), quotient(integer(-1), two)),
  arccos: (x) => minus(power(sum(one, minus(power(x, two))), quotient(integer(-1), two))),
  arctan: (x) => quotient(one, sum(one, power(x, two))),
  sinh: (x) => call('cosh', x),
  cosh: (x) => call('sinh', x),
  log: (x, base) => quotient(one, product(x, call('log', base!, { kind: 'constant', name: 'e' }))),
}
