/** Operators with parts of their own: roots, functions, sums, limits, integrals, derivatives, matrices. */
import { applied, divided } from './compose.ts'
import { integer, power, type Expression } from './expression.ts'
import { determinant } from './matrix.ts'
import { manyArguments, rawName } from './names.ts'
import { noParse, TokenReader } from './token-reader.ts'

export abstract class OperatorParser extends TokenReader {
  abstract expression(): Expression
  /** A product; `calls` false: the argument of a function without parentheses, in which no function is called. */
  protected abstract term(calls?: boolean): Expression
  /** What stands after ^. */
  protected abstract script(): Expression
  protected abstract braced(): Expression

  protected root(): Expression {
    this.at++
    let index: Expression = integer(2)
    if (this.take('[')) {
      index = this.expression()
      this.expect(']')
    }
    return power(this.braced(), divided(integer(1), index))
  }

  protected namedFunction(name: string): Expression {
    this.at++
    let called = name
    if (name === 'operatorname') {
      this.expect('{')
      called = ''
      while (!this.take('}')) called += this.advance().text
    }
    let base: Expression | undefined
    let exponent: Expression | undefined
    for (let i = 0; i < 2; i++) {
      if (this.peek('_')) {
        this.at++
        base = this.attempt(() => this.script())
        if (!base) this.scriptText()
      } else if (this.take('^')) exponent = this.script()
    }
    const args = this.functionArguments(manyArguments.has(called))
    return applied(called, args, base, exponent)
  }

  private functionArguments(many: boolean): Expression[] {
    const inParentheses = this.attempt(() => {
      this.expect('(')
      const args = [this.expression()]
      while (many && this.take(',')) args.push(this.expression())
      this.expect(')')
      return args
    })
    return inParentheses ?? [this.term(false)]
  }

  protected iterated(kind: 'sum' | 'product'): Expression {
    this.at++
    let bounds: { variable: string; from: Expression } | undefined
    let to: Expression | undefined
    for (let i = 0; i < 2; i++) {
      if (this.take('_')) {
        this.expect('{')
        const variable = this.expression()
        this.expect('=')
        const from = this.expression()
        this.expect('}')
        if (variable.kind !== 'symbol') throw noParse
        bounds = { variable: variable.name, from }
      } else if (this.take('^')) to = this.script()
    }
    if (!bounds || !to) throw noParse
    return { kind, body: this.term(), variable: bounds.variable, from: bounds.from, to }
  }

  protected limit(): Expression {
    this.at++
    this.expect('_')
    this.expect('{')
    const token = this.advance()
    if (token.kind !== 'letter' && token.kind !== 'command') throw noParse
    const arrow = this.advance()
    if (!['to', 'rightarrow', 'Rightarrow', 'longrightarrow'].includes(arrow.text)) throw noParse
    const at = this.expression()
    if (this.take('^')) this.directionOfLimit()
    this.expect('}')
    return { kind: 'limit', body: this.term(), variable: rawName(token), at }
  }

  private directionOfLimit(): void {
    this.expect('{')
    if (!this.take('+')) this.expect('-')
    this.expect('}')
  }

  protected integral(): Expression {
    this.at++
    let from: Expression | undefined
    let to: Expression | undefined
    for (let i = 0; i < 2; i++) {
      if (this.take('_')) from = this.script()
      else if (this.take('^')) to = this.script()
    }
    this.isInsideIntegral++
    const body = this.attempt(() => this.expression()) ?? integer(1)
    this.isInsideIntegral--
    const differential = this.tokens[this.at]
    if (differential?.kind !== 'differential') throw noParse
    this.at++
    const bounds = from && to ? { from, to } : undefined
    return { kind: 'integral', body, variable: differential.text, ...(bounds && { bounds }) }
  }

  protected derivativeOperator(): string {
    this.expectCommand('frac')
    this.expect('{')
    if (this.advance().text !== 'd') throw noParse
    this.expect('}')
    this.expect('{')
    const below = this.advance()
    if (below.kind !== 'differential') throw noParse
    this.expect('}')
    return below.text
  }

  protected matrix(): Expression {
    const begin = this.advance()
    if (begin.command !== 'begin') throw noParse
    const rows: Expression[][] = []
    for (;;) {
      const row = [this.expression()]
      while (this.take('&')) row.push(this.expression())
      rows.push(row)
      if (!this.take('\\\\')) break
      if (this.tokens[this.at]?.kind === 'environment') break
    }
    const end = this.advance()
    if (end.kind !== 'environment' || end.command !== 'end' || (end.text === 'vmatrix') !== (begin.text === 'vmatrix'))
      throw noParse
    if (rows.some((row) => row.length !== rows[0]!.length)) throw noParse
    return begin.text === 'vmatrix' ? determinant(rows) : { kind: 'matrix', rows }
  }
}
