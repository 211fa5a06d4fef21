/** Numbers and sums as they stand in running text, outside LaTeX. */
import { integer, minus, number, power, product, quotient, sum, type Expression } from './expression.ts'
import { decimal } from '../rational.ts'

/** A number from its whole part (thousands marks allowed) and its decimals (`.5` or `,5`). `text` is how it reads. */
export function numeralValue(whole: string, fraction: string): { answer: Expression; text: string } {
  const digits = whole.replaceAll(/[, ]/g, '').replace(/^0+/, '') || '0'
  const decimals = fraction.replaceAll(',', '.')
  const value = number(decimal(digits.replace('-', '') + decimals), decimals !== '')
  return { answer: digits.startsWith('-') ? minus(value) : value, text: digits + decimals }
}

/** `(1/2) * 3^2`, read as a programming language would: nothing implied, `^` for powers. Null for anything else. */
export function parsePlain(source: string): Expression | null {
  const text = source.replaceAll('\n', ' ')
  const tokens = text.match(/\d+\.?\d*|\.\d+|\*\*|[-+*/^()]|\S/g) ?? []
  let at = 0
  let depth = 0
  const take = (...signs: string[]) => (signs.includes(tokens[at] ?? '') ? tokens[at++] : undefined)

  // Thrown away on the first token that does not fit.
  class Misfit extends Error {}
  const additive = (): Expression => {
    if (++depth > 200) throw new Misfit()
    let left = multiplicative()
    for (let sign = take('+', '-'); sign; sign = take('+', '-')) {
      const right = multiplicative()
      left = sum(left, sign === '-' ? minus(right) : right)
    }
    depth--
    return left
  }
  const multiplicative = (): Expression => {
    let left = unary()
    for (let sign = take('*', '/'); sign; sign = take('*', '/'))
      left = sign === '*' ? product(left, unary()) : quotient(left, unary())
    return left
  }
  const unary = (): Expression => {
    const sign = take('+', '-')
    if (sign) return sign === '-' ? minus(unary()) : unary()
    const base = atom()
    return take('^', '**') ? power(base, unary()) : base
  }
  const atom = (): Expression => {
    if (take('(')) {
      const inner = additive()
      if (!take(')')) throw new Misfit()
      return inner
    }
    const token = tokens[at++]
    if (token === undefined || !/^[\d.]/.test(token) || token === '.' || /^0\d/.test(token)) throw new Misfit()
    return /^\d+$/.test(token) ? integer(BigInt(token)) : number(decimal(token), true)
  }
  try {
    const value = additive()
    return at === tokens.length ? value : null
  } catch (error) {
    if (error instanceof Misfit) return null
    throw error
  }
}
