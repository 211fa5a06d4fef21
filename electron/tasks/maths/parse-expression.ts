/**
 * Expressions of an answer's LaTeX, by recursive descent. The language is latex2sympy2_extended's, whose readings the field's
 * verdicts rest on: juxtaposition binds tighter than division (1/2x is 1/(2x)), a whole number before a positive fraction is a
 * mixed number, f(x) with one atom is a call and a(b+c) a product, letters know no case.
 */
import { decimal, negate, rational, type Rational } from '../rational.ts'
import { call, integer, minus, number, power, product, quotient, sumOf, symbol, type Expression } from './expression.ts'
import { determinant } from './matrix.ts'
import { rationalValue } from './exact.ts'
import type { Token, TokenKind } from './lexer.ts'

/** Thrown where the tokens do not fit; callers try another reading. One object: a trace for each would cost more than the parsing. */
export class NoParse extends Error {}
export const noParse = new NoParse('The tokens do not fit.')

const functions = new Set(
  (
    'log ln exp sin cos tan csc sec cot arcsin arccos arctan arccsc arcsec arccot sinh cosh tanh arsinh arcosh artanh arcsinh arccosh ' +
    'arctanh floor ceil det Gamma gamma'
  ).split(' '),
)
const manyArguments = new Set(['gcd', 'lcm', 'max', 'min'])
const otherSymbols = new Set(
  (
    'nabla angle measuredangle varnothing complement imath jmath triangle ell hbar square Im Re prime sharp flat natural star wp bigstar ' +
    'Diamond blacksquare'
  ).split(' '),
)
const greek = new Set(
  (
    'alpha beta gamma Gamma delta Delta epsilon varepsilon zeta eta theta Theta vartheta iota kappa lambda Lambda mu nu xi Xi omicron pi Pi ' +
    'varpi rho varrho sigma Sigma varsigma tau upsilon Upsilon phi Phi varphi chi psi Psi omega Omega'
  ).split(' '),
)

/** Nesting beyond this means hostile input, not an answer. */
export const maxDepth = 200

export class ExpressionParser {
  protected readonly tokens: readonly Token[]
  protected at = 0
  protected depth = 0
  private readonly outcomes = new Map<string, { readonly value: unknown; readonly end: number }>()

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  // expr: terms joined by + and -, left to right
  expression(): Expression {
    return this.remembered('expression', () => this.terms())
  }

  /**
   * A rule's outcome at a place, worked out once: readings that fail late (a call that was a product) would otherwise parse
   * what they share again, twice for each level of nesting.
   */
  protected remembered<T>(rule: string, read: () => T): T {
    const key = `${rule} ${this.at} ${this.openBars} ${this.isInsideIntegral}`
    const known = this.outcomes.get(key)
    if (known) {
      if (known.end < 0) throw noParse
      this.at = known.end
      return known.value as T
    }
    try {
      const value = read()
      this.outcomes.set(key, { value, end: this.at })
      return value
    } catch (error) {
      if (error instanceof NoParse) this.outcomes.set(key, { value: undefined, end: -1 })
      throw error
    }
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
  private term(calls = true): Expression {
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
  private script(): Expression {
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

  /** What stands after _, as text: indices name things, they are not computed. */
  private scriptText(): string {
    const begin = this.at
    if (this.take('{')) {
      for (let depth = 1; depth > 0; this.at++) {
        const token = this.tokens[this.at]
        if (!token) throw noParse
        if (token.kind === 'sign' && token.text === '{') depth++
        if (token.kind === 'sign' && token.text === '}') depth--
      }
      return textOf(this.tokens.slice(begin + 1, this.at - 1))
    }
    const token = this.tokens[this.at]
    if (!token || token.kind === 'sign' || token.kind === 'environment') throw noParse
    this.at++
    return textOf([token])
  }

  private openBars = 0
  private isInsideIntegral = 0

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

  private root(): Expression {
    this.at++
    let index: Expression = integer(2)
    if (this.take('[')) {
      index = this.expression()
      this.expect(']')
    }
    return power(this.braced(), divided(integer(1), index))
  }

  private namedFunction(name: string): Expression {
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
    this.require(',')
    while (!this.peek(closing)) {
      args.push(this.expression())
      if (!this.take(',')) break
    }
    if (!this.peek(closing)) throw noParse
    return args
  }

  private iterated(kind: 'sum' | 'product'): Expression {
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

  private limit(): Expression {
    this.at++
    this.expect('_')
    this.expect('{')
    const token = this.advance()
    if (token.kind !== 'letter' && token.kind !== 'command') throw noParse
    const arrow = this.advance()
    if (!['to', 'rightarrow', 'Rightarrow', 'longrightarrow'].includes(arrow.text)) throw noParse
    const at = this.expression()
    if (this.take('^')) this.scriptTextOfSign()
    this.expect('}')
    return { kind: 'limit', body: this.term(), variable: rawName(token), at }
  }

  private scriptTextOfSign(): void {
    this.expect('{')
    if (!this.take('+')) this.require('-')
    this.expect('}')
  }

  private integral(): Expression {
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

  private derivativeOperator(): string {
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

  private matrix(): Expression {
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

  // atom
  private atom(): Expression {
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

  /** One atom, for readings that ask for a name. */
  protected singleAtom(): Expression {
    return this.atom()
  }

  private braced(): Expression {
    this.expect('{')
    const value = this.expression()
    this.expect('}')
    return value
  }

  // --- the token stream
  protected peek(sign: string): boolean {
    const token = this.tokens[this.at]
    return token?.kind === 'sign' && token.text === sign
  }
  protected take(sign: string): boolean {
    const found = this.peek(sign)
    if (found) this.at++
    return found
  }
  protected require(sign: string): void {
    if (!this.take(sign)) throw noParse
  }
  protected expect(sign: string): void {
    this.require(sign)
  }
  protected expectCommand(name: string): void {
    const token = this.tokens[this.at]
    if (token?.kind !== 'command' || token.text !== name) throw noParse
    this.at++
  }
  protected advance(): Token {
    const token = this.tokens[this.at++]
    if (!token) throw noParse
    return token
  }
  protected peekKind(): TokenKind | undefined {
    return this.tokens[this.at]?.kind
  }

  /** The value of a reading, or undefined and the place as before. */
  protected attempt<T>(read: () => T): T | undefined {
    const [at, depth, bars, integrals] = [this.at, this.depth, this.openBars, this.isInsideIntegral]
    try {
      return read()
    } catch (error) {
      if (!(error instanceof NoParse)) throw error
      this.at = at
      this.depth = depth
      this.openBars = bars
      this.isInsideIntegral = integrals
      return undefined
    }
  }
}

/** Number, integer or decimal or 1.2E-3. */
function numeral(text: string): Expression {
  const [mantissa = '', exponent] = text.split('E')
  let value: Rational = decimal(mantissa)
  if (exponent !== undefined) {
    if (Math.abs(Number(exponent)) > 400) throw noParse
    const scale = 10n ** BigInt(Math.abs(Number(exponent)))
    value = exponent.startsWith('-') ? rational(value.n, value.d * scale) : rational(value.n * scale, value.d)
  }
  return number(value, text.includes('.') || exponent !== undefined)
}

/** Two whole numbers make a fraction; anything else a quotient. */
export function divided(top: Expression, bottom: Expression): Expression {
  if (isWhole(top) && isWhole(bottom) && bottom.value.n !== 0n) return number(rational(top.value.n, bottom.value.n))
  return quotient(top, bottom)
}

const isWhole = (x: Expression): x is Extract<Expression, { kind: 'number' }> =>
  x.kind === 'number' && !x.float && x.value.d === 1n

/** Of whole numbers it is a number at once. */
function binomial(top: Expression, bottom: Expression): Expression {
  const value = isWhole(top) && isWhole(bottom) ? rationalValue(call('binomial', top, bottom)) : null
  return value ? number(value) : call('binomial', top, bottom)
}

function beside(first: Expression, rest: Expression): Expression {
  if (isWhole(first) && rest.kind === 'number' && !rest.float && rest.value.n > 0n) {
    const { n, d } = rest.value
    return number(first.value.n < 0n ? negate(rational(-first.value.n * d + n, d)) : rational(first.value.n * d + n, d))
  }
  return product(first, rest)
}

/** How a name is written: a letter, \theta, \text{...}, \vec{v}. Text keeps its letters only; accents keep their command. */
function rawName(token: Token): string {
  if (token.kind !== 'accent') return token.text
  const content = token.text.replaceAll(' ', '')
  const command = token.command!
  if (command.includes('text') || command === 'mbox') return content.replaceAll(/[()]/g, '')
  const family =
    { overline: 'bar', overrightarrow: 'vec', widetilde: 'tilde' }[command] ??
    (command.startsWith('math') ? 'math' : command)
  return `${family}{${content}}`
}

const textOf = (tokens: readonly Token[]): string =>
  tokens.map((token) => (token.kind === 'accent' ? rawName(token) : token.text)).join('')

function applied(
  name: string,
  args: Expression[],
  base: Expression | undefined,
  exponent: Expression | undefined,
): Expression {
  const [arg] = args as [Expression]
  const inverse =
    exponent?.kind === 'number' &&
    exponent.value.n === -1n &&
    ['sin', 'cos', 'tan', 'csc', 'sec', 'cot', 'sinh', 'cosh', 'tanh'].includes(name)
  let value: Expression
  if (name === 'log') value = call('log', arg, base ?? integer(10))
  else if (name === 'ln') value = call('log', arg, base ?? { kind: 'constant', name: 'e' })
  else if (name === 'exp') value = power({ kind: 'constant', name: 'e' }, arg)
  else if (inverse) return call(`arc${name}`, arg)
  else if (name === 'det' && arg.kind === 'matrix') value = determinant(arg.rows)
  else value = call(name.replace(/^ar(?=sinh|cosh|tanh)/, 'arc').replace(/^Gamma$/, 'gamma'), ...args)
  return exponent ? power(value, exponent) : value
}
