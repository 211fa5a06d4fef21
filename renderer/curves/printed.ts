/**
 * What a source prints beside the curves that were measured: the same data set on the same model, once as points and once as
 * printed ceilings (the paper's raw curves and its figure). They are drawn in one facet, side by side and never mixed.
 */
import type { BranchCurve } from '#shared/contract/contract.ts'
import { printedCeiling } from './verdicts.ts'

/** Checkpoints whose compute differs by less than this share are the same one: a figure prints three digits. */
const sameCompute = 0.03

export interface PrintedTwins {
  /** By SFT run that has curves: the SFT run whose branches are known by their printed ceilings alone. */
  readonly sft: ReadonlyMap<string, BranchCurve>
  /** By branch that has points: the printed branch of the same checkpoint. */
  readonly branch: ReadonlyMap<string, BranchCurve>
  /** Runs that stand beside their measured twin and need no place of their own. */
  readonly hidden: ReadonlySet<string>
}

const isPrinted = (curve: BranchCurve): boolean => printedCeiling(curve) !== null && curve.points.length < 2

export function printedTwins(curves: readonly BranchCurve[]): PrintedTwins {
  const branchesOf = Map.groupBy(
    curves.filter(({ paradigm, parent }) => parent !== null && (paradigm === 'sequential' || paradigm === 'rl')),
    ({ parent }) => parent!,
  )
  const runs = curves.filter(({ paradigm, run }) => paradigm === 'sft' && branchesOf.has(run))
  const printedRuns = new Set(runs.filter(({ run }) => branchesOf.get(run)!.every(isPrinted)))
  const sft = new Map<string, BranchCurve>()
  const branch = new Map<string, BranchCurve>()
  for (const measured of runs.filter((one) => !printedRuns.has(one))) {
    const twin = [...printedRuns].find(
      ({ data, model }) => data === measured.data && (model ?? '') === (measured.model ?? ''),
    )
    if (!twin) continue
    sft.set(measured.run, twin)
    for (const curve of branchesOf.get(measured.run)!) {
      const printed = branchesOf.get(twin.run)!.find((one) => isSamePlace(one, curve))
      if (printed) branch.set(curve.run, printed)
    }
  }
  const hidden = new Set([...sft.values(), ...branch.values()].map(({ run }) => run))
  return { sft, branch, hidden }
}

function isSamePlace(a: BranchCurve, b: BranchCurve): boolean {
  if (a.parentStep === b.parentStep) return true
  return Math.abs(a.beforeFlops - b.beforeFlops) <= sameCompute * Math.max(a.beforeFlops, b.beforeFlops)
}
