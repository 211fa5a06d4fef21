/**
 * The laws a branch could follow instead of the sigmoid, each fitted to the gains over P_sft after the branch point.
 *   linear a x + b · log a ln(x + c) + b · power a (x + c)^b · exponential a (1 - e^(-b x)) + c
 * Source      the forms of the released kit (FACTS: section 3), b of the power law in [-5, 5].
 * Departures  compared by AICc on the same points instead of by a validation split; every form is linear in all but one
 *             parameter (two for the power law), so it is searched, not started.
 */
import { fitSigmoid, type BranchProblem, type SigmoidFit } from './fit.ts'
import { minimumOnInterval } from './minimum.ts'
import type { LawName, RivalFit } from './types.ts'

interface Law {
  readonly parameters: number
  fit(x: Float64Array, y: Float64Array): Record<string, number>
  value(x: number, p: Readonly<Record<string, number>>): number
}

/** Least squares of y on a f(x) + b. */
function line(f: (x: number) => number, x: Float64Array, y: Float64Array): { a: number; b: number; rss: number } {
  const n = x.length
  let [sf, sy, sff, sfy, syy] = [0, 0, 0, 0, 0]
  for (let i = 0; i < n; i++) {
    const fi = f(x[i]!)
    sf += fi
    sy += y[i]!
    sff += fi * fi
    sfy += fi * y[i]!
    syy += y[i]! ** 2
  }
  const spread = sff - (sf * sf) / n
  const a = spread > 1e-12 * sff ? (sfy - (sf * sy) / n) / spread : 0
  const b = (sy - a * sf) / n
  return { a, b, rss: syy - a * sfy - b * sy }
}

/** Least squares of y on a f(x). */
function ray(f: (x: number) => number, x: Float64Array, y: Float64Array): { a: number; rss: number } {
  let [sff, sfy, syy] = [0, 0, 0]
  for (let i = 0; i < x.length; i++) {
    const fi = f(x[i]!)
    sff += fi * fi
    sfy += fi * y[i]!
    syy += y[i]! ** 2
  }
  const a = sff > 0 && Number.isFinite(sff) ? sfy / sff : 0
  return { a, rss: syy - a * sfy }
}

const laws: Readonly<Record<Exclude<LawName, 'sigmoid'>, Law>> = {
  linear: {
    parameters: 2,
    fit: (x, y) => {
      const { a, b } = line((v) => v, x, y)
      return { a, b }
    },
    value: (x, p) => p.a! * x + p.b!,
  },
  log: {
    parameters: 3,
    fit: (x, y) => {
      const scale = Math.log(x.at(-1)!)
      const lnC = minimumOnInterval((u) => line((v) => Math.log(v + Math.exp(u)), x, y).rss, scale - 14, scale + 3)
      const c = Math.exp(lnC)
      const { a, b } = line((v) => Math.log(v + c), x, y)
      return { a, b, c }
    },
    value: (x, p) => p.a! * Math.log(x + p.c!) + p.b!,
  },
  power: {
    parameters: 3,
    fit: (x, y) => {
      const scale = Math.log(x.at(-1)!)
      const exponent = (c: number) => minimumOnInterval((b) => ray((v) => (v + c) ** b, x, y).rss, -5, 5, 30)
      const cost = (u: number) => {
        const c = Math.exp(u)
        const b = exponent(c)
        return ray((v) => (v + c) ** b, x, y).rss
      }
      const c = Math.exp(minimumOnInterval(cost, scale - 14, scale + 3, 12))
      const b = exponent(c)
      return { a: ray((v) => (v + c) ** b, x, y).a, b, c }
    },
    value: (x, p) => p.a! * (x + p.c!) ** p.b!,
  },
  exponential: {
    parameters: 3,
    fit: (x, y) => {
      const scale = -Math.log(x.at(-1)!)
      const lnB = minimumOnInterval((u) => line((v) => 1 - Math.exp(-Math.exp(u) * v), x, y).rss, scale - 4, scale + 6)
      const b = Math.exp(lnB)
      const { a, b: c } = line((v) => 1 - Math.exp(-b * v), x, y)
      return { a, b, c }
    },
    value: (x, p) => p.a! * (1 - Math.exp(-p.b! * x)) + p.c!,
  },
}

export const rivalNames = Object.keys(laws) as readonly Exclude<LawName, 'sigmoid'>[]

/** Score in percent of a rival after `x` of RL compute. */
export const rivalScore = (
  model: Exclude<LawName, 'sigmoid'>,
  params: RivalFit['params'],
  x: number,
  pSft: number,
): number => pSft + laws[model].value(x, params)

/**
 * Akaike's criterion for normal errors of unknown SD, corrected for small samples; k counts the law's parameters and
 * the SD.  AICc = n ln(RSS / n) + 2 k + 2 k (k + 1) / (n - k - 1)
 */
export function aicc(rss: number, n: number, parameters: number): number | null {
  const k = parameters + 1
  if (n - k - 1 <= 0) return null
  return n * Math.log(Math.max(rss, 1e-12) / n) + 2 * k + (2 * k * (k + 1)) / (n - k - 1)
}

/** All laws on one branch, the sigmoid among them, best AICc first. */
export function rivalFits(problem: BranchProblem, sigmoidFit: SigmoidFit = fitSigmoid(problem)): RivalFit[] {
  const { compute, gain } = problem
  const n = gain.length
  const rows = rivalNames.map((model): RivalFit => {
    const params = laws[model].fit(compute, gain)
    const rss = gain.reduce((total, y, i) => total + (y - laws[model].value(compute[i]!, params)) ** 2, 0)
    return { model, params, rmse: Math.sqrt(rss / n), aicc: aicc(rss, n, laws[model].parameters) }
  })
  const rss = sigmoidFit.residuals.reduce((total, e) => total + e * e, 0)
  rows.push({
    model: 'sigmoid',
    params: { ...sigmoidFit.params },
    rmse: Math.sqrt(rss / n),
    aicc: aicc(rss, n, sigmoidFit.params.eps > 0 ? 4 : 3),
  })
  return rows.sort((a, b) => (a.aicc ?? Infinity) - (b.aicc ?? Infinity) || a.rmse - b.rmse)
}
