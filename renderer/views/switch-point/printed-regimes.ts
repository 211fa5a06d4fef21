/** Regimes as a source prints them at its switch points, as stretches of steps: borders half-way between two. Pure. */
import type { Regime, RegimeResult } from '#shared/analysis/types.ts'
import type { BranchCurve } from '#shared/contract/contract.ts'

export function printedRegimes(
  branches: readonly Pick<BranchCurve, 'parentStep' | 'origin'>[],
  end: number,
): Pick<RegimeResult, 'intervals'> | null {
  const places = branches
    .flatMap(({ parentStep, origin }) =>
      parentStep === null || !origin?.printedRegime
        ? []
        : [{ step: parentStep, regime: origin.printedRegime as Regime }],
    )
    .sort((a, b) => a.step - b.step)
  if (places.length === 0) return null
  const intervals: { from: number; to: number; regime: Regime }[] = []
  places.forEach(({ step, regime }, at) => {
    const next = places[at + 1]
    const to = next ? (step + next.step) / 2 : end
    const last = intervals.at(-1)
    if (last?.regime === regime) last.to = to
    else intervals.push({ from: last?.to ?? 0, to, regime })
  })
  return { intervals }
}
