/** Exact fractions of big integers. Always reduced, denominator positive. */
export interface Rational {
  readonly n: bigint
  readonly d: bigint
}

export const zero: Rational = { n: 0n, d: 1n }
export const one: Rational = { n: 1n, d: 1n }

/** n / d, reduced. Throws RangeError for a zero denominator. */
export function rational(n: bigint, d = 1n): Rational {
  if (d === 0n) throw new RangeError('a fraction with denominator 0')
  if (d === 1n) return { n, d }
  const g = gcd(n, d) * (d < 0n ? -1n : 1n)
  return { n: n / g, d: d / g }
}

/** A plain decimal numeral such as `12`, `.5` or `3.140`. */
export function decimal(numeral: string): Rational {
  const [whole = '', fraction = ''] = numeral.split('.')
  return rational(BigInt(`${whole}${fraction}` || '0'), 10n ** BigInt(fraction.length))
}

export const add = (a: Rational, b: Rational): Rational => rational(a.n * b.d + b.n * a.d, a.d * b.d)
export const multiply = (a: Rational, b: Rational): Rational => rational(a.n * b.n, a.d * b.d)
export const negate = (a: Rational): Rational => ({ n: -a.n, d: a.d })
/** Throws RangeError for b = 0. */
export const divide = (a: Rational, b: Rational): Rational => rational(a.n * b.d, a.d * b.n)
export const equals = (a: Rational, b: Rational): boolean => a.n === b.n && a.d === b.d
export const isInteger = (a: Rational): boolean => a.d === 1n
/** -1, 0 or 1. */
export const compare = (a: Rational, b: Rational): number => {
  const difference = a.n * b.d - b.n * a.d
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** a^e for a whole exponent. Throws RangeError for 0^negative. */
export function power(a: Rational, e: bigint): Rational {
  if (e >= 0n) return { n: a.n ** e, d: a.d ** e }
  return rational(a.d ** -e, a.n ** -e)
}

/** Rounded to `places` decimals, halves to even, as a whole number of 10^-places. */
export function rounded(a: Rational, places: number): bigint {
  const scaled = a.n * 10n ** BigInt(places)
  const floor = scaled >= 0n ? scaled / a.d : -((-scaled + a.d - 1n) / a.d)
  const twice = 2n * (scaled - floor * a.d)
  if (twice < a.d) return floor
  if (twice > a.d) return floor + 1n
  return floor % 2n === 0n ? floor : floor + 1n
}

/** Nearest double. Exact to rounding also where numerator and denominator overflow a double. */
export function toNumber({ n, d }: Rational): number {
  const direct = Number(n) / Number(d)
  if (Number.isFinite(direct) && (direct !== 0 || n === 0n)) return direct
  const shift = BigInt(Math.max(0, d.toString(2).length - n.toString(2).length + 64))
  return Number((n << shift) / d) / 2 ** Number(shift)
}

/** Greatest common divisor, positive; 1 for (0, 0) so that it divides. */
export function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b]
  while (y !== 0n) [x, y] = [y, x % y]
  return x === 0n ? 1n : x
}
