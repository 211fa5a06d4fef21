/**
 * The paper's claims about ceilings, on the data sets at hand: what is on the x axis, one point each, and the statistics of
 * shared/analysis/claims. A ceiling that is not identified stands at the best score seen and says so; it enters no statistic.
 */
import {
  difficultyClaim,
  lossClaim,
  plasticityClaim,
  scaleClaim,
  type Ceiling,
  type Claim,
} from '#shared/analysis/claims.ts'
import type { Statistic } from '#shared/analysis/types.ts'
import type { DatasetFacts } from './dataset-facts.ts'
import { difficultyLevels } from './dataset-facts.ts'
import { heightOf, type Bar, type Facet } from './facets.ts'

export const trendKinds = ['loss', 'scale', 'difficulty', 'plasticity'] as const
export type TrendKind = (typeof trendKinds)[number]

export interface TrendPoint {
  readonly title: string
  /** Nats, trajectories, 1 to 3, FLOPs. */
  readonly x: number
  /** Percent, or points of plasticity. */
  readonly y: number
  readonly lo: number
  readonly hi: number
  readonly isFitted: boolean
  readonly run: string
}

export interface Trend {
  readonly kind: TrendKind
  readonly points: readonly TrendPoint[]
  readonly claim: Claim | null
  readonly pearson: Statistic | null
  readonly spearman: Statistic | null
}

/** Coverage of the intervals that fits carry (electron/engine/analysis). */
const level = 0.8

const bestOf = ({ bars, best }: Facet): Bar | undefined =>
  bars.find(({ run, step }) => run === best && step > 0) ??
  bars
    .filter(({ step }) => step > 0)
    .reduce<Bar | undefined>((a, b) => (a && heightOf(a) >= heightOf(b) ? a : b), undefined)

const pointOf = (title: string, x: number, bar: Bar): TrendPoint => ({
  title,
  x,
  y: heightOf(bar),
  lo: bar.aPost?.lo ?? heightOf(bar),
  hi: bar.aPost?.hi ?? heightOf(bar),
  isFitted: bar.aPost !== null,
  run: bar.run,
})

const ceilingOf = ({ y, lo, hi }: TrendPoint): Ceiling => ({ value: y, lo, hi, level })

function pointsOf(kind: TrendKind, facets: readonly Facet[], factsOf: (facet: Facet) => DatasetFacts): TrendPoint[] {
  if (kind === 'plasticity')
    return facets.flatMap(({ title, bars }) =>
      bars
        .filter(({ step }) => step > 0)
        .map((bar) => {
          const point = pointOf(`${title} @ ${bar.step}`, bar.flops, bar)
          return { ...point, y: point.y - bar.pSft, lo: point.lo - bar.pSft, hi: point.hi - bar.pSft }
        }),
    )
  const rows = facets.flatMap((facet) => {
    const bar = bestOf(facet)
    if (!bar) return []
    const { size, difficulty } = factsOf(facet)
    const x = {
      loss: facet.minValLoss,
      scale: size,
      difficulty: difficulty && difficultyLevels.indexOf(difficulty) + 1,
    }[kind]
    return x === null ? [] : [{ size, point: pointOf(facet.title, x, bar) }]
  })
  if (kind !== 'difficulty') return rows.map(({ point }) => point)
  // Difficulty alone is compared where the sizes are the same; the commonest size counts.
  const counts = new Map<number | null, number>()
  for (const { size } of rows) counts.set(size, (counts.get(size) ?? 0) + 1)
  const [common] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [null]
  return rows.filter(({ size }) => size === common).map(({ point }) => point)
}

export function trendOf(kind: TrendKind, facets: readonly Facet[], factsOf: (facet: Facet) => DatasetFacts): Trend {
  const points = pointsOf(kind, facets, factsOf)
  const fitted = points.filter(({ isFitted }) => isFitted)
  const varies = new Set(fitted.map(({ x }) => x)).size > 1
  const claim = fitted.length >= 3 && varies ? claimOf(kind, fitted) : null
  const statistic = (word: string) => claim?.statistics.find(({ name }) => name.startsWith(word)) ?? null
  return { kind, points, claim, pearson: statistic('Pearson'), spearman: statistic('Spearman') }
}

function claimOf(kind: TrendKind, points: readonly TrendPoint[]): Claim {
  switch (kind) {
    case 'loss':
      return lossClaim(points.map((point) => ({ minValLoss: point.x, best: ceilingOf(point) })))
    case 'scale':
      return scaleClaim(points.map((point) => ({ size: point.x, best: ceilingOf(point) })))
    case 'difficulty':
      return difficultyClaim(points.map((point) => ({ difficulty: point.x, best: ceilingOf(point) })))
    case 'plasticity':
      return plasticityClaim(points.map((point) => ({ compute: point.x, plRl: ceilingOf(point) })))
  }
}

const findings: Readonly<Record<TrendKind, Readonly<Record<Claim['verdict'], string>>>> = {
  loss: {
    supported: 'Lower loss, higher ceiling',
    contradicted: 'Higher loss, higher ceiling',
    undecided: 'Loss and ceiling?',
  },
  scale: {
    supported: 'More data, higher ceiling',
    contradicted: 'More data, lower ceiling',
    undecided: 'Scale and ceiling?',
  },
  difficulty: {
    supported: 'Harder data, higher ceiling',
    contradicted: 'Harder data, lower ceiling',
    undecided: 'Difficulty and ceiling?',
  },
  plasticity: {
    supported: 'Plasticity falls with SFT',
    contradicted: 'Plasticity grows with SFT',
    undecided: 'Plasticity and SFT?',
  },
}
export const trendFinding = ({ kind, claim }: Trend): string => findings[kind][claim?.verdict ?? 'undecided']

const signed = (value: number): string => value.toFixed(2).replace('-', '\u2212')

/** `r = −0.92 [−0.99, −0.22]`, `ρ = −1.00, exact p = 0.017`, `n = 5`. */
export function trendWords({ points, pearson, spearman }: Trend): string[] {
  const fitted = points.filter(({ isFitted }) => isFitted).length
  const open = points.length - fitted
  const n = `n = ${fitted}${open > 0 ? `, ${open} not identifiable` : ''}`
  if (!pearson || !spearman) return [n, 'too few to correlate']
  const interval = pearson.lo === null || pearson.hi === null ? '' : ` [${signed(pearson.lo)}, ${signed(pearson.hi)}]`
  return [`r = ${signed(pearson.estimate)}${interval}`, `ρ = ${signed(spearman.estimate)}${probability(spearman)}`, n]
}

function probability({ p, method }: Statistic): string {
  if (p === null || Number.isNaN(p)) return ''
  return `, ${method.startsWith('exact') ? 'exact ' : ''}p ${p < 0.001 ? '< 0.001' : `= ${p.toFixed(3)}`}`
}
