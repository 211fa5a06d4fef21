/**
 * Expressions of an answer's LaTeX, by recursive descent. The language is latex2sympy2_extended's, whose readings the field's
 * verdicts rest on: juxtaposition binds tighter than division (1/2x is 1/(2x)), a whole number before a positive fraction is a
 * mixed number, f(x) with one atom is a call and a(b+c) a product, letters know no case.
 */
import { beside, binomial, divided, numeral } from './compose.ts'
import { call, minus, power, product, sumOf, symbol, type Expression } from './expression.ts'
import type { Token } from './lexer.ts'
import { functions, greek, manyArguments, otherSymbols, rawName } from './names.ts'
import { OperatorParser } from './parse-operators.ts'
import { maxDepth, noParse } from './token-reader.ts'

export class ExpressionParser extends OperatorParser {
  // expr: terms joined by + and -, left to right
  expression(): Expression {
    return this.remembered('expression', () => this.terms())
  }
  private terms(): Expression {
    if (++this.depth > maxDepth) throw noParse
    const terms = [this.term()]
    for (;;) {
      if (this.take('+')) terms.push(this.term())
      else if (this.take('-')) terms.push(minus(this.term()))
      else break
    }
    this.depth--
    return sumOf(terms)
  }

  // mp: products and quotients, left to right; `calls` false: the argument of a function without parentheses
  protected term(calls = true): Expression {
    let left = this.signed(calls)
    for (;;) {
      if (this.take('*')) left = product(left, this.signed(calls))
      else if (this.take('/') || this.take(':')) left = divided(left, this.signed(calls))
      else if (this.take('mod')) left = call('mod', left, this.signed(calls))
      else return left
    }
  }

  private signed(calls: boolean): Expression {
    if (this.take('+')) return this.signed(calls)
    if (this.take('-')) return minus(this.signed(calls))
    return this.juxtaposed(calls)
  }

  /** Factors side by side, multiplied from the right: 2 3/4 is a mixed number, d/dx acts on all that follows. */
  private juxtaposed(calls: boolean): Expression {
    const operator = this.attempt(() => this.derivativeOperator())
    if (operator) return { kind: 'derivative', body: this.juxtaposed(calls), variable: operator }
    const first = this.postfixed(true)
    if (!this.startsFactor(calls)) return first
    const rest = this.attempt(() => this.juxtaposed(calls))
    return rest ? beside(first, rest) : first
  }

  private startsFactor(calls: boolean): boolean {
    const token = this.tokens[this.at]
    if (!token) return false
    switch (token.kind) {
      case 'number':
      case 'percent':
      case 'letter':
      case 'accent':
      case 'differential':
        return !(token.kind === 'differential' && this.isInsideIntegral > 0)
      case 'environment':
        return token.command === 'begin'
      case 'command':
        return !token.text.startsWith('set:') && (calls || !this.isFunctionName(token.text))
      case 'sign':
        return (
          ['(', '{', '[', '\\{', '|', '|<', '\\|'].includes(token.text) && !(token.text === '|' && this.openBars > 0)
        )
    }
  }

  private isFunctionName(name: string): boolean {
    return (
      functions.has(name) ||
      manyArguments.has(name) ||
      ['sqrt', 'sum', 'prod', 'int', 'lim', 'operatorname'].includes(name)
    )
  }

  // exp with postfix operators
  private postfixed(calls: boolean): Expression {
    let value = this.raised(calls)
    for (;;) {
      if (this.take('!')) value = call('factorial', value)
      else if (!this.take('°') && !this.take("'") && !this.take('ᵀ')) return value
    }
  }

  private raised(calls: boolean): Expression {
    let base = this.factor(calls)
    while (this.take('^')) {
      base = power(base, this.script())
      if (this.take('_')) this.scriptText()
    }
    return base
  }

  /** What stands after ^: one atom, or braces. */
  protected script(): Expression {
    return this.remembered('script', () => this.scriptHere())
  }

  private scriptHere(): Expression {
    if (this.take('{')) {
      const value = this.expression()
      this.expect('}')
      return value
    }
    return this.atom()
  }
  // comp
  private factor(calls: boolean): Expression {
    const token = this.tokens[this.at]
    if (!token) throw noParse
    if (token.kind === 'sign') return this.grouped(token.text)
    if (token.kind === 'environment') return this.matrix()
    if (calls && (token.kind === 'letter' || token.kind === 'accent' || token.kind === 'command')) {
      const called = this.attempt(() => this.unknownCall())
      if (called) return called
    }
    if (token.kind === 'command') {
      const built = this.command(token.text, calls)
      if (built) return built
    }
    return this.atom()
  }

  private grouped(open: string): Expression {
    const closing = { '(': ')', '{': '}', '[': ']', '\\{': '\\}' }[open]
    if (closing !== undefined) {
      this.at++
      const chosen = open === '{' ? this.attempt(() => this.choose()) : undefined
      if (chosen) return chosen
      const bars = this.openBars
      this.openBars = 0
      const value = this.expression()
      this.openBars = bars
      this.expect(closing)
      return value
    }
    if (open === '|' || open === '|<' || open === '\\|') {
      this.at++
      this.openBars++
      const value = this.expression()
      this.openBars--
      this.expect(open === '|<' ? '|>' : open)
      return call(open === '\\|' ? 'norm' : 'abs', value)
    }
    throw noParse
  }

  private choose(): Expression {
    const top = this.expression()
    this.expectCommand('choose')
    const bottom = this.expression()
    this.expect('}')
    return binomial(top, bottom)
  }

  private command(name: string, calls: boolean): Expression | undefined {
    if (['frac', 'dfrac', 'tfrac', 'cfrac'].includes(name)) {
      this.at++
      const [top, bottom] = [this.braced(), this.braced()]
      return divided(top, bottom)
    }
    if (['binom', 'dbinom', 'tbinom'].includes(name)) {
      this.at++
      return binomial(this.braced(), this.braced())
    }
    if (name === 'boxed' || name === 'phantom') {
      this.at++
      return this.braced()
    }
    const pair = {
      lfloor: ['floor', 'rfloor'],
      lceil: ['ceil', 'rceil'],
      llcorner: ['floor', 'lrcorner'],
      ulcorner: ['ceil', 'urcorner'],
    }[name]
    if (pair) {
      this.at++
      const value = this.expression()
      this.expectCommand(pair[1]!)
      return call(pair[0]!, value)
    }
    if (!calls) return undefined
    if (name === 'sqrt') return this.root()
    if (name === 'sum' || name === 'prod') return this.iterated(name === 'sum' ? 'sum' : 'product')
    if (name === 'lim') return this.limit()
    if (name === 'int') return this.integral()
    if (functions.has(name) || manyArguments.has(name) || name === 'operatorname') return this.namedFunction(name)
    return undefined
  }
  /** f(2), x(y), f(x, y): a name before one atom or a list in parentheses. */
  private unknownCall(): Expression {
    const token = this.advance()
    if (token.kind === 'command' && !greek.has(token.text) && !otherSymbols.has(token.text)) throw noParse
    if (token.kind === 'letter' && (token.text === 'e' || token.text === 'E')) throw noParse
    if (token.kind === 'command' && (token.text === 'Gamma' || token.text === 'gamma')) throw noParse
    let name = rawName(token)
    let exponent: Expression | undefined
    if (this.take('_')) name += `_{${this.scriptText()}}`
    if (this.take('^')) exponent = this.script()
    while (this.take("'")) name += "'"
    const isBraced = this.take('{') // f{(x)}, as computer algebra prints it
    const closing = this.take('(') ? ')' : this.take('[') ? ']' : undefined
    if (closing === undefined) throw noParse
    const args = this.attempt(() => this.callList(closing)) ?? [this.atom()]
    this.expect(closing)
    if (isBraced) this.expect('}')
    const value = call(`f:${name}`, ...args)
    return exponent ? power(value, exponent) : value
  }

  private callList(closing: string): Expression[] {
    const args = [this.expression()]
    this.expect(',')
    while (!this.peek(closing)) {
      args.push(this.expression())
      if (!this.take(',')) break
    }
    if (!this.peek(closing)) throw noParse
    return args
  }
  // atom
  protected atom(): Expression {
    const token = this.advance()
    switch (token.kind) {
      case 'number': {
        if (this.take('_')) this.scriptText()
        return numeral(token.text)
      }
      case 'percent':
        return { kind: 'percent', arg: numeral(token.text) }
      case 'differential':
        return symbol(`d${token.text}`.toLowerCase())
      case 'letter':
        if (token.text === 'e') return this.exponential()
        if (token.text === 'E') return symbol('e')
        if (token.text === 'I') return { kind: 'constant', name: 'i' }
        return this.named(token)
      case 'accent':
        return this.named(token)
      case 'command':
        if (token.text === 'infty') return { kind: 'constant', name: 'infinity' }
        if (token.text === 'exponentialE') return this.exponential()
        if (!greek.has(token.text) && !otherSymbols.has(token.text)) throw noParse
        return this.named(token)
      default:
        throw noParse
    }
  }

  private exponential(): Expression {
    const e: Expression = { kind: 'constant', name: 'e' }
    return this.take('^') ? power(e, this.script()) : e
  }

  /** A symbol with its index and power. */
  private named(token: Token): Expression {
    let name = rawName(token)
    let exponent: Expression | undefined
    for (let i = 0; i < 2; i++) {
      if (this.peek('_')) {
        this.at++
        const index = this.scriptText()
        name += index.length > 1 ? `_{${index}}` : `_${index}`
      } else if (this.peek('^')) {
        this.at++
        exponent = this.script()
      } else break
    }
    const known = { pi: 'pi', Pi: 'pi', gamma: 'euler-gamma', Gamma: 'euler-gamma' }[name] as
      'pi' | 'euler-gamma' | undefined
    const value: Expression = known ? { kind: 'constant', name: known } : symbol(name.toLowerCase())
    return exponent ? power(value, exponent) : value
  }

  protected braced(): Expression {
    this.expect('{')
    const value = this.expression()
    this.expect('}')
    return value
  }
}
