/** What elements read side by side make: one answer, a set, tuples; and which answers are names. */
import {
  canonical,
  type Answer,
  type AnswerSet,
  type Expression,
  type Relation,
  type RelationSign,
} from './expression.ts'

/** True when both are plain numbers and the test holds: (3, 1) is no interval. */
export function bothNumbers(a: Expression, b: Expression, test: (a: number, b: number) => boolean): boolean {
  const value = (x: Expression): number | undefined => {
    if (x.kind === 'number') return Number(x.value.n) / Number(x.value.d)
    if (x.kind === 'constant' && x.name === 'infinity') return Number.POSITIVE_INFINITY
    if (x.kind === 'multiply' && x.args.length === 2) {
      const [p, q] = [value(x.args[0]!), value(x.args[1]!)]
      return p !== undefined && q !== undefined ? p * q : undefined
    }
    return undefined
  }
  const [p, q] = [value(a), value(b)]
  return p !== undefined && q !== undefined && test(p, q)
}

export const relation = (sign: RelationSign, left: Answer, right: Answer): Relation => ({
  kind: 'relation',
  sign,
  left,
  right,
})

/** A name on the left of an equation: x, (x, y), f(x), ab. */
export const isName = (answer: Answer): boolean =>
  answer.kind === 'symbol' ||
  (answer.kind === 'tuple' && answer.items.every(isName)) ||
  (answer.kind === 'call' && answer.name.startsWith('f:') && answer.args.every(isName)) ||
  (answer.kind === 'multiply' && answer.args.every(isName)) ||
  (answer.kind === 'power' && isName(answer.base) && (isName(answer.exponent) || canonical(answer.exponent) === '-1/1'))

/** A tuple beside a set operation stands for the set of its items. */
export const asSet = (answer: Answer): Answer => (answer.kind === 'tuple' ? finite(answer.items) : answer)

/** Elements once each, in the order they were written. */
export function finite(items: readonly Answer[]): AnswerSet {
  const seen = new Map(items.map((item) => [canonical(item), item]))
  return items.length === 0 ? { kind: 'named', name: 'empty' } : { kind: 'finite', items: [...seen.values()] }
}

/** One element stands for itself, several for their set, several groups (a, b; c, d) for a set of tuples. */
export function gathered(groups: readonly Answer[][]): Answer {
  if (groups.length === 1) return groups[0]!.length === 1 ? groups[0]![0]! : finite(groups[0]!)
  if (groups.every((group) => group.length === 1)) return finite(groups.map((group) => group[0]!))
  return finite(groups.map((items): AnswerSet => ({ kind: 'tuple', items })))
}
