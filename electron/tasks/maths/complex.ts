/** Complex numbers in doubles: enough to tell two expressions apart at a point. */
export interface Complex {
  readonly re: number
  readonly im: number
}

export const complex = (re: number, im = 0): Complex => ({ re, im })
export const isFinite = ({ re, im }: Complex): boolean => Number.isFinite(re) && Number.isFinite(im)
export const plus = (a: Complex, b: Complex): Complex => ({ re: a.re + b.re, im: a.im + b.im })
export const times = (a: Complex, b: Complex): Complex =>
  // Real factors apart, so that infinities and signed zeros of the other part do not leak in.
  a.im === 0 && b.im === 0
    ? { re: a.re * b.re, im: 0 }
    : { re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re }
export const modulus = ({ re, im }: Complex): number => Math.hypot(re, im)

export function over(a: Complex, b: Complex): Complex {
  if (b.im === 0) return { re: a.re / b.re, im: a.im / b.re }
  const square = b.re * b.re + b.im * b.im
  return { re: (a.re * b.re + a.im * b.im) / square, im: (a.im * b.re - a.re * b.im) / square }
}

/** Principal logarithm. */
export const ln = (z: Complex): Complex => ({ re: Math.log(modulus(z)), im: Math.atan2(z.im, z.re) })

export const exp = ({ re, im }: Complex): Complex =>
  im === 0 ? { re: Math.exp(re), im: 0 } : { re: Math.exp(re) * Math.cos(im), im: Math.exp(re) * Math.sin(im) }

/** Principal power; 0^0 = 1, as in algebra. */
export function raise(base: Complex, exponent: Complex): Complex {
  const isReal = base.im === 0 && exponent.im === 0
  if (isReal && (base.re >= 0 || Number.isInteger(exponent.re))) return complex(base.re ** exponent.re)
  if (base.re === 0 && base.im === 0) return complex(exponent.re > 0 ? 0 : Number.NaN)
  if (exponent.im === 0 && Number.isInteger(exponent.re) && Math.abs(exponent.re) <= 64) {
    let power = complex(1)
    for (let i = 0; i < Math.abs(exponent.re); i++) power = times(power, base)
    return exponent.re < 0 ? over(complex(1), power) : power
  }
  return exp(times(exponent, ln(base)))
}

export const sine = ({ re, im }: Complex): Complex =>
  im === 0 ? complex(Math.sin(re)) : { re: Math.sin(re) * Math.cosh(im), im: Math.cos(re) * Math.sinh(im) }
export const cosine = ({ re, im }: Complex): Complex =>
  im === 0 ? complex(Math.cos(re)) : { re: Math.cos(re) * Math.cosh(im), im: -Math.sin(re) * Math.sinh(im) }
