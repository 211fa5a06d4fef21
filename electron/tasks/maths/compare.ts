/**
 * Whether an answer says what the gold answer says. The rules are math-verify's, and like its not symmetric: the gold's form
 * is followed. `x = 5` answers `5` and the other way round; an interval answers an inequality, an inequality no interval.
 */
import { sameSolutions, residual } from './equation.ts'
import { sameExpression, type SymbolicEngine } from './equal.ts'
import {
  canonical,
  childrenOf,
  difference,
  isExpression,
  isRelational,
  isSet,
  symbol,
  symbolsOf,
  type Answer,
  type Expression,
  type Relation,
} from './expression.ts'
import { isName } from './gather.ts'
import { realSet, sameRealSet } from './real-set.ts'

export interface CompareOptions {
  /** True: symbols have to have the same names. False: they may be renamed. */
  readonly strict: boolean
  readonly engine?: SymbolicEngine
}

export function sameAnswer(gold: Answer, answer: Answer, options: CompareOptions): boolean {
  if (!options.strict) return renamings(gold, answer).some((renamed) => same(gold, renamed, options))
  return same(gold, answer, options)
}

function same(goldAsGiven: Answer, answerAsGiven: Answer, options: CompareOptions): boolean {
  let [gold, answer] = [shortened(goldAsGiven), shortened(answerAsGiven)]
  if (isEquation(answer) && !isEquation(gold)) answer = lastSide(answer)
  else if (isAssignment(gold) && !isEquation(answer)) gold = lastSide(gold)
  if (isRelational(gold) && isSet(answer)) {
    const [solutions, given] = [realSet(gold), realSet(answer)]
    if (solutions && given) return sameRealSet(solutions, given)
  }
  if (canonical(gold) === canonical(answer)) return true
  if (isRelational(gold) && isRelational(answer)) return sameRelations(gold, answer, options)
  if (isSet(gold) || isSet(answer)) return sameSets(gold, answer, options)
  if (!isExpression(gold) || !isExpression(answer)) return false
  if (gold.kind === 'symbol' || answer.kind === 'symbol') return sameSymbols(gold, answer)
  return sameExpression(gold, answer, options.engine)
}

// --- relations
const isEquation = (answer: Answer): answer is Relation | Extract<Answer, { kind: 'chain' }> =>
  answer.kind === 'relation'
    ? answer.sign === '='
    : answer.kind === 'chain' && answer.relations.every(({ sign }) => sign === '=')

/** An equation that names its left side: a = 1, (x, y) = (1, 2), f(x) = x^2. */
const isAssignment = (answer: Answer): answer is Relation | Extract<Answer, { kind: 'chain' }> =>
  isEquation(answer) && isName(answer.kind === 'chain' ? answer.relations[0]!.left : answer.left)

const lastSide = (answer: Relation | Extract<Answer, { kind: 'chain' }>): Answer =>
  answer.kind === 'chain' ? answer.relations.at(-1)!.right : answer.right

/** x = 5 + 5 = 10 says x = 10. */
function shortened(answer: Answer): Answer {
  if (answer.kind !== 'chain' || !isAssignment(answer)) return answer
  return { kind: 'relation', sign: '=', left: answer.relations[0]!.left, right: lastSide(answer) }
}

const mirrored: Readonly<Record<string, string>> = { '=': '=', '<': '>', '>': '<', '<=': '>=', '>=': '<=' }

function sameRelations(gold: Answer, answer: Answer, options: CompareOptions): boolean {
  if (gold.kind === 'chain' && answer.kind === 'chain') {
    const { relations } = answer
    return (
      gold.relations.length === relations.length &&
      gold.relations.every((relation, i) => sameRelations(relation, relations[i]!, options))
    )
  }
  if (gold.kind !== 'relation' || answer.kind !== 'relation') return false
  const sides = [gold.left, gold.right, answer.left, answer.right]
  if (!sides.every(isExpression)) {
    // Names and their sets: x ∈ {1, 2}, (x, y) = (1, 2).
    return gold.sign === answer.sign && same(gold.left, answer.left, options) && same(gold.right, answer.right, options)
  }
  const [a, b, c, d] = sides as [Expression, Expression, Expression, Expression]
  if (gold.sign === answer.sign && sameExpression(difference(a, b), difference(c, d), options.engine)) return true
  if (mirrored[gold.sign] === answer.sign && sameExpression(difference(a, b), difference(d, c), options.engine))
    return true
  return gold.sign === '=' && answer.sign === '=' && sameSolutions(residual(a, b), residual(c, d))
}

// --- sets
function sameSets(gold: Answer, answer: Answer, options: CompareOptions): boolean {
  const [a, b] = [isSet(gold) ? gold : singleton(gold), isSet(answer) ? answer : singleton(answer)]
  if (a.kind === 'interval' && b.kind === 'interval')
    return (
      a.leftOpen === b.leftOpen &&
      a.rightOpen === b.rightOpen &&
      sameEnd(a.from, b.from, options) &&
      sameEnd(a.to, b.to, options)
    )
  if (canonical(a) === canonical(b)) return true
  if (a.kind !== 'tuple' && b.kind !== 'tuple') {
    const [p, q] = [realSet(a), realSet(b)]
    if (p && q && sameRealSet(p, q)) return true
  }
  const isList = (x: Answer): x is Extract<Answer, { kind: 'finite' | 'tuple' }> =>
    x.kind === 'finite' || x.kind === 'tuple'
  if (isList(a) && isList(b)) {
    // A gold set knows no order; a gold tuple does, also against a set as it was written.
    return a.kind === 'finite' ? sameUnordered(a.items, b.items, options) : sameInOrder(a.items, b.items, options)
  }
  // (1, 2) may be meant as a point: an open interval against two elements in their order.
  const pair = (x: Answer) => (x.kind === 'interval' && x.leftOpen && x.rightOpen ? [x.from, x.to] : undefined)
  if (isList(b) && b.items.length === 2 && pair(a)) return sameInOrder(pair(a)!, b.items, options)
  if (isList(a) && a.items.length === 2 && pair(b))
    return a.kind === 'finite' ? sameUnordered(a.items, pair(b)!, options) : sameInOrder(a.items, pair(b)!, options)
  return false
}

const singleton = (item: Answer): Extract<Answer, { kind: 'finite' }> => ({ kind: 'finite', items: [item] })

const sameEnd = (a: Expression, b: Expression, options: CompareOptions): boolean => same(a, b, options)

const sameInOrder = (a: readonly Answer[], b: readonly Answer[], options: CompareOptions): boolean =>
  a.length === b.length && a.every((item, i) => same(item, b[i]!, options))

function sameUnordered(a: readonly Answer[], b: readonly Answer[], options: CompareOptions): boolean {
  if (a.length !== b.length) return false
  const left = [...b]
  return a.every((item) => {
    const at = left.findIndex((other) => same(item, other, options))
    if (at >= 0) left.splice(at, 1)
    return at >= 0
  })
}

// --- names
/** One of them a symbol: \text{ab} is ab, \text{13} is 13, e the constant is e the letter; letters know no case. */
function sameSymbols(gold: Expression, answer: Expression): boolean {
  const spelled = (x: Expression): string | undefined => {
    if (x.kind === 'symbol') return x.name
    if (x.kind === 'constant') return x.name === 'e' ? 'e' : undefined
    if (x.kind === 'number') return x.value.d === 1n && !x.float ? String(x.value.n) : undefined
    if (x.kind !== 'multiply') return undefined
    const letters = x.args.map(spelled)
    return letters.every((letter) => letter !== undefined) ? letters.join('') : undefined
  }
  const [a, b] = [spelled(gold), spelled(answer)]
  return a !== undefined && b !== undefined && a.toLowerCase() === b.toLowerCase()
}

/** The answer under every renaming of its symbols to the gold's (the answer itself where their numbers differ). */
function renamings(gold: Answer, answer: Answer): Answer[] {
  const [names, wanted] = [[...symbolsOf(answer)], [...symbolsOf(gold)]]
  if (names.length !== wanted.length || names.length === 0 || names.length > 5) return [answer]
  return permutations(wanted).map((order) => renamed(answer, new Map(names.map((name, i) => [name, order[i]!]))))
}

const permutations = (items: readonly string[]): string[][] =>
  items.length <= 1
    ? [[...items]]
    : items.flatMap((item, i) => permutations(items.filter((_, j) => j !== i)).map((rest) => [item, ...rest]))

function renamed<T extends Answer>(node: T, names: ReadonlyMap<string, string>): T {
  if (node.kind === 'symbol') return symbol(names.get(node.name) ?? node.name) as T
  if (childrenOf(node).length === 0) return node
  const entries = Object.entries(node).map(([key, value]) => [key, renamedPart(value, names)])
  return Object.fromEntries(entries) as T
}

function renamedPart(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((part) => renamedPart(part, names))
  return typeof value === 'object' && value !== null && 'kind' in value ? renamed(value as Answer, names) : value
}
