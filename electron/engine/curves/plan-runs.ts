/**
 * From the curves of a file to runs: which stage, which parent at which step, on which axes. Pure: nothing is stored here.
 * Units  in: percent and the file's unit of compute. Out: shares in 0..1 and FLOPs.
 */
import { overallScore } from '#shared/analysis/aggregate.ts'
import { branchCompute, branchStart, checkpointOf, parentOf } from '#shared/analysis/stitch.ts'
import type { Curve, CurvePoint, CurveSet } from '#shared/analysis/types.ts'
import type { Paradigm } from '#shared/experiment/paradigm.ts'
import { stepAt, stepAxis, type StepAxis } from './step-axis.ts'

export interface PlannedPoint {
  readonly step: number
  readonly flops: number
  /** Null at a point that has a validation loss alone. */
  readonly score: number | null
  readonly scores: Readonly<Record<string, number>>
  readonly valLoss: number | null
}

export interface PlannedCurve {
  readonly curve: Curve
  readonly paradigm: Paradigm
  readonly objective: string
  /** Tells runs of one method, data set and switch point apart. */
  readonly seed: number
  /** Id of the parent's curve, and the step of its checkpoint on the parent's own axis. */
  readonly parent: string | null
  readonly parentStep: number | null
  readonly beforeFlops: number
  readonly steps: StepAxis['kind']
  readonly points: readonly PlannedPoint[]
  readonly remarks: readonly string[]
}

/** Parents come before their branches. */
export function planRuns(set: CurveSet): PlannedCurve[] {
  const childrenOf = Map.groupBy(set.curves.filter(isBranch), (curve) => parentOf(curve, set)?.id ?? null)
  const axes = new Map(set.curves.map((curve) => [curve.id, stepAxis(curve, childrenOf.get(curve.id) ?? [])]))
  const alike = new Map<string, number>()
  return parentsFirst(set).map((curve) => {
    const origin = startOf(curve, set, axes)
    const key = [curve.dataset, curve.stage, curve.objective ?? '', origin.parent, origin.step].join('\n')
    const seed = (alike.get(key) ?? 0) + 1
    alike.set(key, seed)
    const axis = axes.get(curve.id)!
    const { points, remarks } = pointsOf(curve, set, axis)
    return {
      curve,
      paradigm: paradigmOf(curve, set),
      objective: curve.objective ?? (curve.stage === 'synchronized' ? 'synchronized' : curve.stage),
      seed,
      parent: origin.parent,
      parentStep: origin.step,
      beforeFlops: isBranch(curve) ? (branchCompute(curve, set) ?? 0) * set.flopsUnit : 0,
      steps: axis.kind,
      points,
      remarks: [...origin.remarks, ...remarks, ...stepRemarks(axis)],
    }
  })
}

const isBranch = ({ stage }: Curve): boolean => stage === 'rl' || stage === 'synchronized'

function paradigmOf(curve: Curve, set: CurveSet): Paradigm {
  if (curve.stage !== 'rl') return curve.stage
  const isFromSft = (curve.branchStep ?? 0) > 0 || (branchCompute(curve, set) ?? 0) > 0
  return isFromSft ? 'sequential' : 'rl'
}

function parentsFirst(set: CurveSet): Curve[] {
  const done = new Set<string>()
  const ordered: Curve[] = []
  const add = (curve: Curve, above: readonly string[]): void => {
    if (done.has(curve.id) || above.includes(curve.id)) return
    const parent = curve.stage === 'sft' && curve.parent === null ? null : parentOf(curve, set)
    if (parent && parent.id !== curve.id) add(parent, [...above, curve.id])
    if (done.has(curve.id)) return
    done.add(curve.id)
    ordered.push(curve)
  }
  for (const curve of set.curves) add(curve, [])
  return ordered
}

interface Start {
  readonly parent: string | null
  readonly step: number | null
  readonly remarks: readonly string[]
}

/** Which checkpoint a curve starts from. */
function startOf(curve: Curve, set: CurveSet, axes: ReadonlyMap<string, StepAxis>): Start {
  const parent =
    curve.stage === 'pretrain' || (curve.stage === 'sft' && curve.parent === null) ? null : parentOf(curve, set)
  if (!parent || parent.id === curve.id) {
    const lost = curve.parent !== null && parent === null
    return {
      parent: null,
      step: null,
      remarks: lost ? [`The file does not hold its parent, ${curve.parent}: it stands alone.`] : [],
    }
  }
  const axis = axes.get(parent.id)!
  const compute = branchCompute(curve, set)
  if (axis.kind === 'counted') {
    // The file's step number means nothing on an axis that is only counted.
    const at = checkpointOf(curve, set)?.flops ?? compute
    const step = at === null ? null : stepAt(parent, axis, at)
    const remarks =
      curve.branchStep === null || step === curve.branchStep
        ? []
        : [`It starts from step ${curve.branchStep} of the file, which is point ${step ?? '?'} of its parent here.`]
    return { parent: parent.id, step, remarks }
  }
  if (curve.branchStep !== null) return { parent: parent.id, step: Math.round(curve.branchStep), remarks: [] }
  return { parent: parent.id, step: compute === null ? null : stepAt(parent, axis, compute), remarks: [] }
}

const stepRemarks = ({ kind }: StepAxis): string[] =>
  kind === 'given'
    ? []
    : [
        kind === 'derived'
          ? 'The file gives no steps: they are worked out from compute by the checkpoints of its branches.'
          : 'The file gives no steps: its points are counted, 1, 2, 3, ...',
      ]

function pointsOf(
  curve: Curve,
  set: CurveSet,
  axis: StepAxis,
): { points: readonly PlannedPoint[]; remarks: readonly string[] } {
  const score = scoring(curve, set)
  const points = curve.points.map((point, i): PlannedPoint => {
    const value = score.of(point)
    return {
      step: axis.steps[i]!,
      flops: point.flops * set.flopsUnit,
      score: value === null ? null : value / 100,
      scores: shares(point.scores),
      valLoss: point.valLoss,
    }
  })
  const remarks = score.remark === null ? [] : [score.remark]
  if (!isBranch(curve) || points[0]?.flops === 0) return { points, remarks }
  // The checkpoint itself is the branch's first evaluation.
  const start = branchStart(curve, set)
  if (start === null) {
    return { points, remarks: [...remarks, 'The score of its checkpoint is not known: no law can be fitted to it.'] }
  }
  const first = {
    step: 0,
    flops: 0,
    score: start / 100,
    scores: shares(checkpointOf(curve, set)?.scores ?? {}),
    valLoss: null,
  }
  return { points: [first, ...points], remarks }
}

const shares = (percents: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(percents).map(([name, percent]) => [name, percent / 100]))

/** The overall score of each point: the file's, or over its benchmarks by size; without sizes each weighs the same. */
function scoring(curve: Curve, set: CurveSet): { of(point: CurvePoint): number | null; remark: string | null } {
  const isPlain = curve.points.every(
    (point) => Object.keys(point.scores).length === 0 || overallScore(point, set.benchmarks) !== null,
  )
  if (isPlain) return { of: (point) => overallScore(point, set.benchmarks), remark: null }
  const names = [...new Set(curve.points.flatMap(({ scores }) => Object.keys(scores)))]
  const mean = (point: CurvePoint): number | null => {
    if (point.overall !== null) return point.overall
    const values = names.map((name) => point.scores[name])
    return values.some((value) => value === undefined) ? null : values.reduce((a, b) => a! + b!, 0)! / names.length
  }
  const remark =
    names.length > 1
      ? `The file gives no overall score and no sizes: its ${names.length} benchmarks weigh the same.`
      : null
  return { of: mean, remark }
}
