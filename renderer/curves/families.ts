/**
 * Runs of one method on one data set, over seeds, as one curve of score against TOTAL compute (SFT included, pretraining left
 * out). With one seed the band is the evaluation's own interval; with more it is Student's 80 % interval of the mean over
 * seeds, and only where every seed has a value.
 */
import { studentQuantile } from '#shared/analysis/distributions.ts'
import type { BranchCurve } from '#shared/contract/contract.ts'
import { familyTitle } from '../format/words.ts'

export interface Spot {
  /** Total FLOPs. */
  readonly x: number
  /** Percent. */
  readonly value: number
  readonly lo: number
  readonly hi: number
}

export interface Family {
  readonly key: string
  readonly title: string
  readonly paradigm: BranchCurve['paradigm']
  readonly objective: string
  readonly data: string
  readonly runs: readonly BranchCurve[]
  readonly seeds: number
  /** Mean over the seeds. */
  readonly spots: readonly Spot[]
  /** Points of each run that were excluded (collapse, broken evaluation), drawn hollow. */
  readonly excluded: readonly { readonly x: number; readonly value: number }[]
  /** The SFT part of a sequential family, drawn receding: from the base to the switch. */
  readonly prefix: readonly Spot[]
  readonly switchStep: number | null
}

const spotOf = ({ totalFlops, accuracy }: BranchCurve['points'][number]): Spot => ({
  x: totalFlops,
  value: accuracy.value * 100,
  lo: accuracy.lo * 100,
  hi: accuracy.hi * 100,
})

/** Every point of a run, what was excluded from its fit included. */
export const allSpotsOf = ({ points }: Pick<BranchCurve, 'points'>): Spot[] => points.map(spotOf)

const spotsOf = (curve: BranchCurve): Spot[] => {
  const excluded = new Set(curve.fit?.excluded.map(({ step }) => step))
  return curve.points.filter(({ step }) => !excluded.has(step)).map(spotOf)
}

/** Linear between the two measured points around x; null outside them: nothing is extrapolated. */
export function spotAt(spots: readonly Spot[], x: number): Spot | null {
  const after = spots.findIndex((spot) => spot.x >= x)
  if (after < 0) return null
  const right = spots[after]!
  if (right.x === x) return right
  const left = spots[after - 1]
  if (!left) return null
  const share = (x - left.x) / (right.x - left.x)
  const between = (key: 'value' | 'lo' | 'hi') => left[key] + share * (right[key] - left[key])
  return { x, value: between('value'), lo: between('lo'), hi: between('hi') }
}

/** Mean and 80 % interval over seeds at the compute values of the first; one seed keeps its own intervals. */
export function meanOverSeeds(seeds: readonly (readonly Spot[])[]): Spot[] {
  const [first, ...others] = seeds
  if (!first || others.length === 0) return [...(first ?? [])]
  const t = studentQuantile(0.9, seeds.length - 1)
  return first.flatMap(({ x }) => {
    const at = seeds.map((spots) => spotAt(spots, x))
    if (at.some((spot) => spot === null)) return []
    const values = at.map((spot) => spot!.value)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
    const half = t * Math.sqrt(variance / values.length)
    return [{ x, value: mean, lo: mean - half, hi: mean + half }]
  })
}

/** One run a seed, the one that went furthest: a second run of the same seed is no second draw. */
function onePerSeed(runs: readonly BranchCurve[]): BranchCurve[] {
  const bySeed = new Map<number, BranchCurve>()
  const end = ({ points }: BranchCurve) => points.at(-1)?.totalFlops ?? 0
  for (const run of runs) {
    const other = bySeed.get(run.seed)
    if (!other || end(run) > end(other)) bySeed.set(run.seed, run)
  }
  return [...bySeed.values()]
}

/** A run belongs to a family by method, data, and switch step: other switch points are other pipelines. */
export function familiesOf(curves: readonly BranchCurve[]): Family[] {
  const groups = new Map<string, BranchCurve[]>()
  for (const curve of curves) {
    // A copy of another curve counts once; a branch known by its printed ceiling alone is no curve.
    if (curve.paradigm === 'pretrain' || curve.points.length < 2 || curve.origin?.sameAs) continue
    // A log that counts no compute has no place on its axis.
    if (curve.origin?.flopsUnit === null) continue
    const key = [
      curve.paradigm,
      curve.objective,
      curve.data,
      curve.paradigm === 'sequential' ? curve.parentStep : '',
    ].join('|')
    groups.set(key, [...(groups.get(key) ?? []), curve])
  }
  const switches = new Set(
    curves.filter(({ paradigm }) => paradigm === 'sequential').map(({ parentStep }) => parentStep),
  )
  return toldApart(
    [...groups].map(([key, all]) => {
      const runs = onePerSeed(all)
      const first = runs[0]!
      const isSequential = first.paradigm === 'sequential'
      const sft = isSequential ? curves.find(({ run }) => run === first.parent) : undefined
      const isAmbiguous = isSequential && switches.size > 1
      return {
        key,
        title: familyTitle(first) + (isAmbiguous ? ` @${first.parentStep}` : ''),
        paradigm: first.paradigm,
        objective: first.objective,
        data: first.data,
        runs,
        seeds: runs.length,
        spots: meanOverSeeds(runs.map(spotsOf)),
        excluded: runs.flatMap((run) => {
          const left = new Set(run.fit?.excluded.map(({ step }) => step))
          return run.points
            .filter(({ step }) => left.has(step))
            .map(({ totalFlops, accuracy }) => ({ x: totalFlops, value: accuracy.value * 100 }))
        }),
        prefix: sft ? spotsOf(sft).filter(({ x }) => x <= first.beforeFlops * 1.0001) : [],
        switchStep: isSequential ? first.parentStep : null,
      }
    }),
  )
}

/** The data set that a pipeline was fine-tuned on: a branch's own are the prompts of its RL. */
function trainedOn(curves: readonly BranchCurve[]): (curve: BranchCurve) => string {
  const sft = new Map(curves.filter(({ paradigm }) => paradigm === 'sft').map((curve) => [curve.run, curve.data]))
  return ({ parent, data }) => (parent === null ? undefined : sft.get(parent)) ?? data
}

/** Data sets that pipelines with SFT were trained on, as they come. */
export function dataSetsOf(curves: readonly BranchCurve[]): string[] {
  const dataOf = trainedOn(curves)
  const pipelines = curves.filter(
    ({ paradigm, points, origin }) =>
      (paradigm === 'sft' || paradigm === 'sequential') && points.length > 1 && !origin?.sameAs,
  )
  return [...new Set(pipelines.map(dataOf))]
}

/** Curves of one data set; pure RL, which has seen none, stands beside each. */
export function curvesOn(curves: readonly BranchCurve[], data: string): BranchCurve[] {
  const dataOf = trainedOn(curves)
  return curves.filter((curve) => curve.paradigm === 'rl' || dataOf(curve) === data)
}

/** Models that have curves, the one with the most first; points to draw are two. */
export function modelsOf(curves: readonly BranchCurve[]): string[] {
  const drawn = curves.filter(({ points, paradigm }) => points.length > 1 && paradigm !== 'pretrain')
  const groups = Map.groupBy(drawn, ({ model }) => model ?? '')
  return [...groups].sort(([, a], [, b]) => b.length - a.length).map(([model]) => model)
}

/** The same method on several data sets: the data go into the title. */
function toldApart(families: readonly Family[]): Family[] {
  const alike = Map.groupBy(families, ({ title }) => title)
  return families.map((family) => {
    const isAlone = new Set(alike.get(family.title)!.map(({ data }) => data)).size === 1
    return isAlone ? family : { ...family, title: `${family.title} · ${family.data}` }
  })
}

export interface Standing {
  readonly family: Family
  /** Score at the budget; of a family that ended before it its last one. Null: it begins only beyond this budget. */
  readonly spot: Spot | null
  /** Total FLOPs at which it ended, where that is less than the budget. */
  readonly endedAt: number | null
  readonly difference: { readonly value: number; readonly half: number } | null
}

/** What a family has to show for a budget: who stopped earlier still holds what it reached for less. */
function standAt({ spots }: Family, budget: number): Pick<Standing, 'spot' | 'endedAt'> {
  const last = spots.at(-1)
  return last && last.x < budget ? { spot: last, endedAt: last.x } : { spot: spotAt(spots, budget), endedAt: null }
}

/** Who stands where at a budget, best first, with the difference to the baseline (intervals added as independent). */
export function standings(families: readonly Family[], budget: number, baseline: string | null): Standing[] {
  const at = new Map(families.map((family) => [family.key, standAt(family, budget)]))
  const base = baseline === null ? null : (at.get(baseline)?.spot ?? null)
  const half = ({ lo, hi }: Spot) => (hi - lo) / 2
  return families
    .map((family) => {
      const { spot, endedAt } = at.get(family.key)!
      const compares = spot && base && family.key !== baseline
      return {
        family,
        spot,
        endedAt,
        difference: compares ? { value: spot.value - base.value, half: Math.hypot(half(spot), half(base)) } : null,
      }
    })
    .sort((a, b) => (b.spot?.value ?? -1) - (a.spot?.value ?? -1))
}

/**
 * Where the budget line may stand, and where it stands at first: the largest budget that every family reaches; all of the
 * compute where some begin only after others have ended.
 */
export function budgetRange(families: readonly Family[]): { lo: number; hi: number; common: number } {
  const ends = families.map(({ spots }) => spots.at(-1)?.x ?? 0)
  const hi = Math.max(0, ...ends)
  const least = ends.length === 0 ? 0 : Math.min(...ends)
  const haveBegun = families.every(({ spots }) => (spots[0]?.x ?? 0) <= least)
  return { lo: 0, hi, common: haveBegun ? least : hi }
}
