/**
 * Quantiles and tail probabilities of the normal and Student's t, to about 1e-12 (checked against scipy).
 * Sources  normal quantile: Wichura (1988), AS 241, PPND16; incomplete gamma and beta: series and Lentz's continued
 *          fractions (Abramowitz & Stegun 6.5.29, 6.5.31, 26.5.8); ln Γ: Lanczos (1964), g = 7.
 */

/** Ratio of two polynomials, coefficients from the constant up. */
function ratio(numerator: readonly number[], denominator: readonly number[], x: number): number {
  const evaluate = (c: readonly number[]) => c.reduceRight((sum, a) => sum * x + a, 0)
  return evaluate(numerator) / evaluate(denominator)
}

const central = [
  [3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987],
  [67265.7709270087, 33430.57558358813, 2509.0809287301227],
  [1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597],
  [39307.89580009271, 28729.085735721943, 5226.495278852546],
] as const
const nearTail = [
  [1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045],
  [1.2704582524523684, 0.2417807251774506, 0.022723844989269184, 0.0007745450142783414],
  [1, 2.053191626637759, 1.6763848301838038, 0.6897673349851],
  [0.14810397642748008, 0.015198666563616457, 0.0005475938084995345, 1.0507500716444169e-9],
] as const
const farTail = [
  [6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487],
  [0.026532189526576124, 0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7],
  [1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615],
  [0.0007868691311456133, 1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15],
] as const

/** Φ^-1: the z below which a share `p` of a standard normal lies; ±Infinity at 0 and 1. */
export function normalQuantile(p: number): number {
  if (p <= 0) return p === 0 ? -Infinity : Number.NaN
  if (p >= 1) return p === 1 ? Infinity : Number.NaN
  const q = p - 0.5
  if (Math.abs(q) <= 0.425) {
    const [a, b, c, d] = central
    return q * ratio([...a, ...b], [...c, ...d], 0.180625 - q * q)
  }
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p))
  const [table, shift] = r <= 5 ? [nearTail, 1.6] : [farTail, 5]
  const [a, b, c, d] = table
  return Math.sign(q) * ratio([...a, ...b], [...c, ...d], r - shift)
}

/** z of a central interval: 1.2816 for level 0.8, 1.9600 for 0.95. */
export const centralZ = (level: number): number => normalQuantile((1 + level) / 2)

/** Quantile of χ² with one degree of freedom: 2.7055 for 0.9. */
export const chiSquareQuantile1 = (p: number): number => normalQuantile((1 + p) / 2) ** 2

/** Φ. */
export function normalCdf(z: number): number {
  const tail = 0.5 * upperGamma(0.5, (z * z) / 2)
  return z < 0 ? tail : 1 - tail
}

const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]

/** ln Γ(x) for x > 0. */
export function lnGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - lnGamma(1 - x)
  const y = x - 1
  const t = y + 7.5
  const sum = lanczos.reduce((total, c, i) => (i === 0 ? c : total + c / (y + i)), 0)
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum)
}

/** Continued fraction b0 + a1 / (b1 + a2 / (b2 + …)) by Lentz's method. */
function continuedFraction(b0: number, term: (k: number) => readonly [a: number, b: number]): number {
  const tiny = 1e-300
  let f = b0 === 0 ? tiny : b0
  let c = f
  let d = 0
  for (let k = 1; k < 500; k++) {
    const [a, b] = term(k)
    d = b + a * d || tiny
    c = b + a / c || tiny
    d = 1 / d
    const delta = c * d
    f *= delta
    if (Math.abs(delta - 1) < 1e-15) break
  }
  return f
}

/** Q(a, x), the upper share of the gamma distribution. */
function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1
  const scale = Math.exp(a * Math.log(x) - x - lnGamma(a))
  if (x < a + 1) {
    let [term, sum] = [1 / a, 1 / a]
    for (let k = 1; k < 500 && term > sum * 1e-17; k++) {
      term *= x / (a + k)
      sum += term
    }
    return 1 - scale * sum
  }
  return scale / continuedFraction(x + 1 - a, (k) => [-k * (k - a), x + 2 * k + 1 - a])
}

/** I_x(a, b), the share of the beta distribution below x. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const front = Math.exp(lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * Math.log(x) + b * Math.log(1 - x)) / a
  const fraction = continuedFraction(1, (k) => {
    const m = Math.floor(k / 2)
    const d = k % 2 === 0 ? m * (b - m) : -(a + m) * (a + b + m)
    return [(d * x) / ((a + k - 1) * (a + k)), 1]
  })
  return front / fraction
}

/** Two-sided p of a t statistic. */
export const studentTwoSidedP = (t: number, degreesOfFreedom: number): number =>
  incompleteBeta(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5)

/** The t below which a share `p` lies. */
export function studentQuantile(p: number, degreesOfFreedom: number): number {
  if (p === 0.5) return 0
  const target = 2 * Math.min(p, 1 - p)
  let [low, high] = [0, 2]
  while (studentTwoSidedP(high, degreesOfFreedom) > target) high *= 2
  for (let round = 0; round < 200 && high - low > 1e-14 * high; round++) {
    const middle = (low + high) / 2
    if (studentTwoSidedP(middle, degreesOfFreedom) > target) low = middle
    else high = middle
  }
  return Math.sign(p - 0.5) * ((low + high) / 2)
}
