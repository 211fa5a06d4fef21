/**
 * A whole answer from its LaTeX: an expression, relations, sets, or several of them. Three readings, in the order
 * latex2sympy2_extended prefers them: "x = 1, 2" (a name and its values), elements ("a = 1, b = 2"), operations on sets.
 */
import { decimal } from '../rational.ts'
import { minus, number, sum, type Answer, type Expression, type Relation, type RelationSign } from './expression.ts'
import { tokenise } from './lexer.ts'
import { asSet, bothNumbers, finite, gathered, isName, relation } from './gather.ts'
import { ExpressionParser } from './parse-expression.ts'
import { maxDepth, NoParse, noParse } from './token-reader.ts'

/** Numbers with thousands commas are numbers, not sets. */
const commaNumber = /^\s*-?\d{1,3}(,\d{3})+(\.\d+)?\s*$/

/** The answer, or null where no reading fits. Throws nothing. */
export function parseAnswer(latex: string): Answer | null {
  if (commaNumber.test(latex)) {
    const plain = latex.trim().replaceAll(',', '')
    const value = number(decimal(plain.replace('-', '')), plain.includes('.'))
    return plain.startsWith('-') ? minus(value) : value
  }
  const tokens = tokenise(latex)
  if (!tokens || tokens.length === 0) return null
  const parser = new AnswerParser(tokens)
  for (const reading of [parser.valuesOfName, parser.elements, parser.setOperations]) {
    try {
      const answer = parser.whole(reading)
      if (answer) return answer
    } catch (error) {
      // A determinant of no square matrix, a power too large to write out: no reading.
      if (!(error instanceof NoParse || error instanceof RangeError)) throw error
      if (error instanceof NoAnswer || error instanceof RangeError) return null
    }
  }
  return null
}

/** Thrown where a reading fits the grammar and means nothing: no other reading is tried. */
class NoAnswer extends NoParse {}
const noAnswer = new NoAnswer('The reading means nothing.')

const relationSigns: Readonly<Record<string, RelationSign | '~' | '∈'>> = {
  '=': '=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  '!=': '!=',
  '~': '~',
  '∈': '∈',
}
const followsElement = new Set([',', ';', ')', ']', '}', '\\}'])

class AnswerParser extends ExpressionParser {
  /** A reading that takes every token. */
  whole(reading: () => Answer): Answer | undefined {
    this.at = 0
    this.depth = 0
    const answer = reading.call(this)
    if (this.at !== this.tokens.length) throw noParse
    return answer
  }

  // name (or (x, y)) = or ∈ elements
  valuesOfName(): Answer {
    const left = this.names()
    if (!this.take('=') && !this.take('∈')) throw noParse
    const right = gathered(this.semicolonElements(false))
    return relation('=', left, right)
  }

  elements(): Answer {
    return gathered(this.semicolonElements(true))
  }

  setOperations(): Answer {
    const named = this.attempt(() => {
      const left = this.names()
      const sign = this.take('=') || this.take('∈') ? '=' : this.take('∉') ? '∉' : undefined
      if (!sign) throw noParse
      const right = this.setOperations()
      return sign === '∉'
        ? ({ kind: 'opaque', name: 'not', arg: relation('=', left, right) } as const)
        : relation('=', left, right)
    })
    return named ?? this.difference()
  }

  private difference(): Answer {
    return this.remembered('difference', () => this.differenceHere())
  }

  private differenceHere(): Answer {
    let left = this.union()
    while (this.take('∖')) left = { kind: 'minus', left, right: this.union() }
    return left
  }

  private union(): Answer {
    let left = this.intersection()
    while (this.take('∪')) left = { kind: 'union', left: asSet(left), right: asSet(this.intersection()) }
    return left
  }

  private intersection(): Answer {
    let left = this.setGroup()
    while (this.take('∩')) left = { kind: 'intersection', left: asSet(left), right: asSet(this.setGroup()) }
    return left
  }

  private setGroup(): Answer {
    const group = this.attempt(() => {
      this.expect('(')
      if (++this.depth > maxDepth) throw noParse
      const inner = this.difference()
      this.depth--
      this.expect(')')
      return inner
    })
    return group ?? this.setAtom()
  }

  private names(): Answer {
    const list = this.attempt(() => {
      this.expect('(')
      const items = [this.name()]
      while (this.take(',')) items.push(this.name())
      this.expect(')')
      return items
    })
    if (!list) return this.name()
    return list.length === 1 ? list[0]! : { kind: 'tuple', items: list }
  }

  /** One symbol, with index and power. */
  private name(): Expression {
    const token = this.tokens[this.at]
    if (token?.kind !== 'letter' && token?.kind !== 'accent' && token?.kind !== 'command') throw noParse
    if (token.kind === 'letter' && (token.text === 'e' || token.text === 'E')) throw noParse
    const value = this.atom()
    const isName =
      value.kind === 'symbol' || value.kind === 'constant' || (value.kind === 'power' && value.base.kind === 'symbol')
    if (!isName) throw noParse
    return value
  }

  // elements separated by ; and ,
  private semicolonElements(relations: boolean): Answer[][] {
    const groups = [this.commaElements(relations)]
    while (this.take(';')) groups.push(this.commaElements(relations))
    return groups
  }

  private commaElements(relations: boolean): Answer[] {
    const items = [...this.element(relations)]
    while (this.take(',')) items.push(...this.element(relations))
    return items
  }

  /** One element; a ± b is two. */
  private element(relations: boolean): readonly Answer[] {
    const endsHere = () => {
      const token = this.tokens[this.at]
      if (token && !(token.kind === 'sign' && followsElement.has(token.text))) throw noParse
    }
    const read = <T>(reading: () => T): T | undefined =>
      this.attempt(() => {
        const value = reading()
        endsHere()
        return value
      })
    const pair = read(() => this.plusMinus())
    if (pair) return pair
    const set = read(() => this.setAtom())
    if (set) return [set]
    const rest = read(() => (relations ? this.relations() : this.expression()))
    if (!rest) throw noParse
    return [rest]
  }

  private plusMinus(): readonly Expression[] {
    if (this.take('±')) {
      const value = this.expression()
      return [minus(value), value]
    }
    const left = this.expression()
    this.expect('±')
    const right = this.expression()
    return [sum(left, right), sum(left, minus(right))]
  }

  private relations(): Answer {
    const first = this.expression()
    let chain: Relation[] = []
    let last: Answer = first
    let approximate: Answer | undefined
    for (;;) {
      const token = this.tokens[this.at]
      const sign = token?.kind === 'sign' ? relationSigns[token.text] : undefined
      if (sign === undefined) break
      this.at++
      const right = this.expression()
      if (sign === '∈') throw noAnswer
      if (sign === '~') {
        // x ≈ 3.14 says 3.14; π ≈ 3.14 says π; a = b ≈ c says a = b.
        if (chain.length === 0 && isName(last)) approximate = right
        else approximate ??= chain.length === 0 ? last : undefined
        continue
      }
      chain = [...chain, relation(sign, last, right)]
      last = right
    }
    if (chain.length === 0) return approximate ?? first
    return chain.length === 1 ? chain[0]! : { kind: 'chain', relations: chain }
  }

  private setAtom(): Answer {
    return this.remembered('set', () => {
      if (++this.depth > maxDepth) throw noParse
      const value = this.setAtomHere()
      this.depth--
      return value
    })
  }

  private setAtomHere(): Answer {
    const token = this.tokens[this.at]
    if (!token) throw noParse
    if (token.kind === 'command' && token.text.startsWith('set:')) {
      this.at++
      return { kind: 'named', name: token.text.slice(4) as 'N' | 'Z' | 'Q' | 'R' | 'C' }
    }
    if (this.take('∅')) return { kind: 'named', name: 'empty' }
    const interval = this.attempt(() => this.interval())
    if (interval) return interval
    const brackets = [
      ['(', ')'],
      ['[', ']'],
    ] as const
    for (const [open, close] of brackets)
      if (this.peek(open)) {
        this.at++
        const groups = this.semicolonElements(true)
        this.expect(close)
        const items = groups.flat()
        return items.length === 1 && groups.length === 1 ? items[0]! : { kind: 'tuple', items }
      }
    if (this.peek('{') && this.tokens[this.at + 1]?.text === '}') {
      this.at += 2
      return { kind: 'named', name: 'empty' }
    }
    const close = this.take('{') ? '}' : this.take('\\{') ? '\\}' : undefined
    if (close) {
      const groups = this.semicolonElements(true)
      this.expect(close)
      return finite(groups.flat())
    }
    if (token.kind === 'command' && token.text === 'boxed') {
      this.at++
      this.expect('{')
      const groups = this.semicolonElements(true)
      this.expect('}')
      return gathered(groups)
    }
    throw noParse
  }

  private interval(): Answer {
    const leftOpen = this.take('(')
    if (!leftOpen) this.expect('[')
    const from = this.expression()
    this.expect(',')
    const to = this.expression()
    const rightOpen = this.take(')')
    if (!rightOpen) this.expect(']')
    const isBackward = bothNumbers(from, to, (a, b) =>
      leftOpen && rightOpen ? b <= a : !leftOpen && !rightOpen && b < a,
    )
    if (isBackward) return { kind: 'tuple', items: [from, to] }
    return { kind: 'interval', from, to, leftOpen, rightOpen }
  }
}
