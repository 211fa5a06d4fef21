/** Where an imported run comes from, as lines of facts. */
import type { RunOrigin } from '#shared/contract/curves.ts'
import { flopUnit } from '../../format/numbers.ts'
import { regimeTitle } from '../../theme/regime-style.ts'
import type { Regime } from '#shared/analysis/types.ts'

const stepWords = {
  given: 'as in the file',
  derived: 'worked out from compute',
  counted: 'evaluations, counted',
} as const

export function originFacts(origin: RunOrigin | null): { word: string; value: string }[] {
  if (!origin) return []
  const { kind, file, source, steps, printedRegime, printedCeiling, flopsUnit } = origin
  return [
    { word: kind === 'example' ? 'example' : 'imported from', value: file },
    ...(source === null ? [] : [{ word: 'source', value: source }]),
    ...(kind === 'example' ? [] : [{ word: 'steps', value: stepWords[steps] }]),
    ...(flopsUnit === null || flopsUnit === 1
      ? []
      : [{ word: 'compute in the file', value: `in ${flopUnit(flopsUnit).unit}` }]),
    ...(printedRegime === null ? [] : [{ word: 'regime, as printed', value: regimeTitle(printedRegime as Regime) }]),
    ...(printedCeiling === null ? [] : [{ word: 'ceiling, as printed', value: printedCeiling.toFixed(1) }]),
  ]
}
