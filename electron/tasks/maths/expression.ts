/**
 * What an answer can be: an expression, a relation, a set. Trees are unevaluated: what was written is kept, so that 50 % and
 * 1/2, or x = 5 and 5, can be told apart where it matters.
 */
import type { Rational } from '../rational.ts'

export type Expression =
  /** `float`: written with a decimal point, so that it stands for a rounded value. */
  | { readonly kind: 'number'; readonly value: Rational; readonly float: boolean }
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'constant'; readonly name: 'pi' | 'e' | 'i' | 'infinity' | 'euler-gamma' }
  | { readonly kind: 'add' | 'multiply'; readonly args: readonly Expression[] }
  | { readonly kind: 'power'; readonly base: Expression; readonly exponent: Expression }
  /** A built-in function, or an unknown one such as f(x). */
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  /** arg / 100, written with a percent sign. */
  | { readonly kind: 'percent'; readonly arg: Expression }
  | { readonly kind: 'matrix'; readonly rows: readonly (readonly Expression[])[] }
  | {
      readonly kind: 'sum' | 'product'
      readonly body: Expression
      readonly variable: string
      readonly from: Expression
      readonly to: Expression
    }
  | {
      readonly kind: 'integral'
      readonly body: Expression
      readonly variable: string
      readonly bounds?: { readonly from: Expression; readonly to: Expression }
    }
  | { readonly kind: 'derivative'; readonly body: Expression; readonly variable: string }
  | { readonly kind: 'limit'; readonly body: Expression; readonly variable: string; readonly at: Expression }

export type RelationSign = '=' | '<' | '<=' | '>' | '>=' | '!='
export interface Relation {
  readonly kind: 'relation'
  readonly sign: RelationSign
  readonly left: Answer
  readonly right: Answer
}

export type AnswerSet =
  /** Elements as written; equal ones once. */
  | { readonly kind: 'finite'; readonly items: readonly Answer[] }
  | { readonly kind: 'tuple'; readonly items: readonly Answer[] }
  | {
      readonly kind: 'interval'
      readonly from: Expression
      readonly to: Expression
      readonly leftOpen: boolean
      readonly rightOpen: boolean
    }
  | { readonly kind: 'union' | 'intersection' | 'minus'; readonly left: Answer; readonly right: Answer }
  | { readonly kind: 'named'; readonly name: 'N' | 'Z' | 'Q' | 'R' | 'C' | 'empty' }

export type Answer =
  | Expression
  | Relation
  /** 1 < x < 3, or a = b = c: relations that share their inner sides. */
  | { readonly kind: 'chain'; readonly relations: readonly Relation[] }
  /** Something that equals only itself: not in a set, a percentage of one. */
  | { readonly kind: 'opaque'; readonly name: 'not' | 'percent'; readonly arg: Answer }
  | AnswerSet

const setKinds = new Set<string>(['finite', 'tuple', 'interval', 'union', 'intersection', 'minus', 'named'])
export const isSet = (answer: Answer): answer is AnswerSet => setKinds.has(answer.kind)
export const isRelational = (answer: Answer): answer is Relation | Extract<Answer, { kind: 'chain' }> =>
  answer.kind === 'relation' || answer.kind === 'chain'
export const isExpression = (answer: Answer): answer is Expression =>
  !isSet(answer) && !isRelational(answer) && answer.kind !== 'opaque'

export const number = (value: Rational, float = false): Expression => ({ kind: 'number', value, float })
export const integer = (value: bigint | number): Expression => number({ n: BigInt(value), d: 1n })
export const symbol = (name: string): Expression => ({ kind: 'symbol', name })
export const sum = (...args: Expression[]): Expression => flat('add', args)
/** The sum of many terms at once. */
export const sumOf = (args: readonly Expression[]): Expression => (args.length === 1 ? args[0]! : flat('add', args))
export const product = (...args: Expression[]): Expression => flat('multiply', args)
export const power = (base: Expression, exponent: Expression): Expression => ({ kind: 'power', base, exponent })
export const call = (name: string, ...args: Expression[]): Expression => ({ kind: 'call', name, args })
export const minus = (arg: Expression): Expression =>
  arg.kind === 'number' ? number({ n: -arg.value.n, d: arg.value.d }, arg.float) : product(integer(-1), arg)
export const quotient = (top: Expression, bottom: Expression): Expression => product(top, power(bottom, integer(-1)))
export const difference = (a: Expression, b: Expression): Expression => sum(a, minus(b))

function flat(kind: 'add' | 'multiply', args: readonly Expression[]): Expression {
  return { kind, args: args.flatMap((arg) => (arg.kind === kind ? arg.args : [arg])) }
}

/** Names of the free symbols and unknown functions of an answer. */
export function symbolsOf(answer: Answer): Set<string> {
  const names = new Set<string>()
  visit(answer, (node) => {
    if (node.kind === 'symbol') names.add(node.name)
  })
  return names
}

/** Calls `on` for the answer and everything in it. Bound variables count as symbols. */
export function visit(answer: Answer, on: (node: Answer) => void): void {
  on(answer)
  for (const child of childrenOf(answer)) visit(child, on)
}

export function childrenOf(node: Answer): readonly Answer[] {
  switch (node.kind) {
    case 'number':
    case 'symbol':
    case 'constant':
    case 'named':
      return []
    case 'add':
    case 'multiply':
    case 'call':
      return node.args
    case 'power':
      return [node.base, node.exponent]
    case 'percent':
    case 'opaque':
      return [node.arg]
    case 'matrix':
      return node.rows.flat()
    case 'sum':
    case 'product':
      return [node.body, node.from, node.to]
    case 'integral':
      return node.bounds ? [node.body, node.bounds.from, node.bounds.to] : [node.body]
    case 'derivative':
      return [node.body]
    case 'limit':
      return [node.body, node.at]
    case 'relation':
      return [node.left, node.right]
    case 'chain':
      return node.relations
    case 'finite':
    case 'tuple':
      return node.items
    case 'interval':
      return [node.from, node.to]
    case 'union':
    case 'intersection':
    case 'minus':
      return [node.left, node.right]
  }
}

/** A text that is the same for trees that are the same, whatever the order in sums, products and finite sets. */
export function canonical(node: Answer): string {
  const parts = childrenOf(node).map(canonical)
  switch (node.kind) {
    case 'number':
      return `${node.value.n}/${node.value.d}`
    case 'symbol':
    case 'constant':
    case 'named':
      return `${node.kind}:${node.name}`
    case 'add':
    case 'multiply':
    case 'finite':
      return `${node.kind}(${parts.sort().join(',')})`
    case 'call':
    case 'opaque':
      return `${node.name}(${parts.join(',')})`
    case 'matrix':
      return `matrix(${node.rows.map((row) => row.map(canonical).join(',')).join(';')})`
    case 'relation':
      return `(${parts.join(node.sign)})`
    case 'interval':
      return `${node.leftOpen ? '(' : '['}${parts.join(',')}${node.rightOpen ? ')' : ']'}`
    case 'sum':
    case 'product':
    case 'integral':
    case 'derivative':
    case 'limit':
      return `${node.kind}[${node.variable}](${parts.join(',')})`
    default:
      return `${node.kind}(${parts.join(',')})`
  }
}
