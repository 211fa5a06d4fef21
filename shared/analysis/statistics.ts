/**
 * Correlations, permutation tests and effect sizes, each with what it can carry at its n.
 * Sources  Fisher (1921) for the interval of r; exact permutation distribution for n ≤ 8; Cohen's d with Hedges' (1981)
 *          correction; Phipson & Smyth (2010) for p from random permutations.
 */
import { Failure } from '#shared/contract/failure.ts'
import { diceFor } from './dice.ts'
import { centralZ, studentQuantile, studentTwoSidedP } from './distributions.ts'
import { mean, standardDeviation } from './order-statistics.ts'

export interface Interval {
  readonly lo: number
  readonly hi: number
  readonly level: number
}

export interface Correlation {
  readonly value: number
  readonly n: number
  /** Two-sided. `exact`: over all n! permutations; otherwise by Student's t. */
  readonly p: number
  readonly method: 'exact-permutation' | 'student'
  /** Null for fewer than four pairs: Fisher's SD is 1 / √(n - 3). */
  readonly interval: Interval | null
}

/** Up to 8! = 40,320 permutations are walked through. */
const exactUpTo = 8

/** Pearson's r. NaN where one side does not vary. Throws `input.invalid` for unlike lengths, `input.empty` below 3 pairs. */
export function pearson(x: readonly number[], y: readonly number[], level = 0.95): Correlation {
  checkPairs(x, y)
  const value = pearsonValue(x, y)
  return { value, n: x.length, ...twoSidedP(x, y, value), interval: fisherInterval(value, x.length, level) }
}

/** Spearman's ρ: Pearson's r of the ranks, ties sharing their mean rank. Interval by Fisher with Bonett & Wright's SD. */
export function spearman(x: readonly number[], y: readonly number[], level = 0.95): Correlation {
  checkPairs(x, y)
  const [rx, ry] = [ranks(x), ranks(y)]
  const value = pearsonValue(rx, ry)
  const widen = Math.sqrt(1 + value ** 2 / 2)
  return { value, n: x.length, ...twoSidedP(rx, ry, value), interval: fisherInterval(value, x.length, level, widen) }
}

function pearsonValue(x: readonly number[], y: readonly number[]): number {
  const [mx, my] = [mean(x), mean(y)]
  let [xy, xx, yy] = [0, 0, 0]
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [x[i]! - mx, y[i]! - my]
    xy += dx * dy
    xx += dx * dx
    yy += dy * dy
  }
  return Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)))
}

/** Ranks from 1, ties share the mean of theirs. */
export function ranks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!)
  const result = new Array<number>(values.length)
  for (let from = 0; from < order.length;) {
    let to = from
    while (to + 1 < order.length && values[order[to + 1]!] === values[order[from]!]) to++
    for (let k = from; k <= to; k++) result[order[k]!] = (from + to) / 2 + 1
    from = to + 1
  }
  return result
}

/** atanh(r) ± z / √(n - 3), back through tanh; at |r| = 1 the interval is that point. */
export function fisherInterval(r: number, n: number, level: number, widen = 1): Interval | null {
  if (n < 4 || Number.isNaN(r)) return null
  if (Math.abs(r) >= 1) return { lo: r, hi: r, level }
  const half = (widen * centralZ(level)) / Math.sqrt(n - 3)
  return { lo: Math.tanh(Math.atanh(r) - half), hi: Math.tanh(Math.atanh(r) + half), level }
}

function twoSidedP(x: readonly number[], y: readonly number[], value: number): Pick<Correlation, 'p' | 'method'> {
  const n = x.length
  if (Number.isNaN(value)) return { p: Number.NaN, method: n <= exactUpTo ? 'exact-permutation' : 'student' }
  if (n <= exactUpTo) {
    let [extreme, all] = [0, 0]
    eachPermutation(y, (permuted) => {
      all++
      if (Math.abs(pearsonValue(x, permuted)) >= Math.abs(value) - 1e-12) extreme++
    })
    return { p: extreme / all, method: 'exact-permutation' }
  }
  const t = value * Math.sqrt((n - 2) / Math.max(1e-300, 1 - value * value))
  return { p: studentTwoSidedP(t, n - 2), method: 'student' }
}

/** Visits all orders of `values` (Heap's algorithm); the array handed out is reused. */
function eachPermutation(values: readonly number[], visit: (permuted: readonly number[]) => void): void {
  const current = [...values]
  const counters = new Array<number>(current.length).fill(0)
  visit(current)
  for (let i = 0; i < current.length;) {
    if (counters[i]! < i) {
      const j = i % 2 === 0 ? 0 : counters[i]!
      ;[current[i], current[j]] = [current[j]!, current[i]!]
      visit(current)
      counters[i]!++
      i = 0
    } else counters[i++] = 0
  }
}

export interface GroupDifference {
  /** mean(second) - mean(first). */
  readonly difference: number
  readonly n: readonly [number, number]
  /** Welch's interval; null where a group has fewer than two. */
  readonly interval: Interval | null
  /** Two-sided, over all ways to deal the values to the groups if there are at most 20,000, else 20,000 random ones. */
  readonly p: number
  readonly exact: boolean
  /** Difference in pooled SDs, corrected for small samples; null where it has no SD. */
  readonly hedgesG: number | null
}

/** Two independent groups, for example the seeds of two methods. Throws `input.empty` for an empty group. */
export function groupDifference(
  first: readonly number[],
  second: readonly number[],
  level = 0.95,
  seed = 1,
): GroupDifference {
  if (first.length === 0 || second.length === 0) throw tooFew(Math.min(first.length, second.length), 1)
  const [n1, n2] = [first.length, second.length]
  const difference = mean(second) - mean(first)
  const { p, exact } = dealtP([...first, ...second], n1, difference, seed)
  if (n1 < 2 || n2 < 2) return { difference, n: [n1, n2], interval: null, p, exact, hedgesG: null }
  const [v1, v2] = [standardDeviation(first) ** 2, standardDeviation(second) ** 2]
  const [e1, e2] = [v1 / n1, v2 / n2]
  const se = Math.sqrt(e1 + e2)
  const df = se > 0 ? (e1 + e2) ** 2 / (e1 ** 2 / (n1 - 1) + e2 ** 2 / (n2 - 1)) : n1 + n2 - 2
  const half = studentQuantile((1 + level) / 2, df) * se
  const pooled = Math.sqrt(((n1 - 1) * v1 + (n2 - 1) * v2) / (n1 + n2 - 2))
  const correction = 1 - 3 / (4 * (n1 + n2) - 9)
  return {
    difference,
    n: [n1, n2],
    interval: { lo: difference - half, hi: difference + half, level },
    p,
    exact,
    hedgesG: pooled > 0 ? (correction * difference) / pooled : null,
  }
}

const mostDeals = 20_000

function dealtP(pool: readonly number[], n1: number, observed: number, seed: number): { p: number; exact: boolean } {
  const n = pool.length
  const total = pool.reduce((sum, v) => sum + v, 0)
  const gapOf = (sumFirst: number) => (total - sumFirst) / (n - n1) - sumFirst / n1
  const isExtreme = (sumFirst: number) => Math.abs(gapOf(sumFirst)) >= Math.abs(observed) - 1e-12
  let deals = 1
  for (let k = 1; k <= n1; k++) deals = (deals * (n - n1 + k)) / k
  if (Math.round(deals) <= mostDeals) {
    let [extreme, all] = [0, 0]
    const choose = (from: number, left: number, sum: number): void => {
      if (left === 0) {
        all++
        if (isExtreme(sum)) extreme++
        return
      }
      for (let i = from; i <= n - left; i++) choose(i + 1, left - 1, sum + pool[i]!)
    }
    choose(0, n1, 0)
    return { p: extreme / all, exact: true }
  }
  const dice = diceFor(seed)
  const order = [...pool]
  let extreme = 0
  for (let draw = 0; draw < mostDeals; draw++) {
    let sum = 0
    for (let i = 0; i < n1; i++) {
      const j = i + dice.below(n - i)
      ;[order[i], order[j]] = [order[j]!, order[i]!]
      sum += order[i]!
    }
    if (isExtreme(sum)) extreme++
  }
  return { p: (extreme + 1) / (mostDeals + 1), exact: false }
}

export interface PairedTest {
  readonly difference: number
  readonly n: number
  readonly interval: Interval | null
  /** Two-sided sign-flip test, exact up to 14 pairs. */
  readonly p: number
  readonly exact: boolean
  /** Mean difference in SDs of the differences. */
  readonly effect: number | null
}

/** Matched values, second minus first: the same seed, dataset or checkpoint on both sides. */
export function pairedTest(first: readonly number[], second: readonly number[], level = 0.95, seed = 1): PairedTest {
  if (first.length !== second.length) checkPairs(first, second)
  if (first.length === 0) throw tooFew(0, 1)
  const gaps = first.map((v, i) => second[i]! - v)
  const n = gaps.length
  const difference = mean(gaps)
  const exact = n <= 14
  const draws = exact ? 2 ** n : mostDeals
  const dice = diceFor(seed)
  let extreme = 0
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0
    for (let i = 0; i < n; i++) sum += (exact ? (draw >> i) & 1 : dice.below(2)) ? gaps[i]! : -gaps[i]!
    if (Math.abs(sum / n) >= Math.abs(difference) - 1e-12) extreme++
  }
  const sd = n > 1 ? standardDeviation(gaps) : 0
  const half = n > 1 ? (studentQuantile((1 + level) / 2, n - 1) * sd) / Math.sqrt(n) : 0
  return {
    difference,
    n,
    interval: n > 1 ? { lo: difference - half, hi: difference + half, level } : null,
    p: exact ? extreme / draws : (extreme + 1) / (draws + 1),
    exact,
    effect: sd > 0 ? difference / sd : null,
  }
}

function checkPairs(x: readonly number[], y: readonly number[]): void {
  if (x.length !== y.length) {
    throw new Failure({
      code: 'input.invalid',
      message: 'Both sides need as many values.',
      input: `${x.length} and ${y.length} values`,
      remedy: 'Leave out what has no partner.',
    })
  }
  if (x.length < 3) throw tooFew(x.length, 3)
}

const tooFew = (n: number, least: number) =>
  new Failure({
    code: 'input.empty',
    message: `This needs at least ${least} values; there are ${n}.`,
    remedy: 'Add runs, seeds or datasets.',
  })
