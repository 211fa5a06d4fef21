/**
 * What the lab's operators do. A state is a number modulo a prime, 31 by default; division multiplies by the modular inverse,
 * so every operator is a bijection. "Facts" are (state, operator) -> state: 31 x 20 = 620.
 */
import { labNumbers } from '#tokenizers/lab.ts'

/** States are 0..modulus-1. The default uses every number of the vocabulary. */
export const labModulus = labNumbers
/** Primes above every divisor. */
export const labModuli = [17, 19, 23, 29, 31] as const

/** The state after an operator such as `+8` or `/5`. Throws `RangeError` for another token. */
export function applyOperator(state: number, operator: string, modulus: number = labModulus): number {
  const amount = Number(operator.slice(1))
  switch (operator[0]) {
    case '+':
      return (state + amount) % modulus
    case '-':
      return (((state - amount) % modulus) + modulus) % modulus
    case '*':
      return (state * amount) % modulus
    case '/':
      return (state * inverse(amount, modulus)) % modulus
    default:
      throw new RangeError(`not an operator of the lab task: ${operator}`)
  }
}

/** x with amount x = 1 modulo the prime. */
function inverse(amount: number, modulus: number): number {
  for (let x = 1; x < modulus; x++) if ((amount * x) % modulus === 1) return x
  throw new RangeError(`${amount} has no inverse modulo ${modulus}`)
}
