/** Reading tokens: where one stands, what must follow, and readings that are tried and taken back. */
import type { Token } from './lexer.ts'
import { textOf } from './names.ts'

/** Thrown where the tokens do not fit; callers try another reading. One object: a trace for each would cost more than the parsing. */
export class NoParse extends Error {}
export const noParse = new NoParse('The tokens do not fit.')

/** Nesting beyond this means hostile input, not an answer. */
export const maxDepth = 200

export class TokenReader {
  protected readonly tokens: readonly Token[]
  protected at = 0
  protected depth = 0
  /** Bars that are open: the next one closes. */
  protected openBars = 0
  /** Inside an integral dx is its end, no factor. */
  protected isInsideIntegral = 0
  private readonly outcomes = new Map<string, { readonly value: unknown; readonly end: number }>()

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
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

  protected peek(sign: string): boolean {
    const token = this.tokens[this.at]
    return token?.kind === 'sign' && token.text === sign
  }
  protected take(sign: string): boolean {
    const found = this.peek(sign)
    if (found) this.at++
    return found
  }
  protected expect(sign: string): void {
    if (!this.take(sign)) throw noParse
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

  /** What stands after _, as text: indices name things, they are not computed. */
  protected scriptText(): string {
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
}
