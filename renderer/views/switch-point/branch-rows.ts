/** The branches of an SFT run as the side pane lists them, by step. Pure. */
import type { Regime, RegimeResult } from '#shared/analysis/types.ts'
import type { BranchCurve } from '#shared/contract/contract.ts'
import { ceilingText, pSftOf } from '../../curves/verdicts.ts'
import { measuredSwitches } from './measured.ts'

export interface BranchRow {
  readonly run: string
  readonly step: number
  /** By the losses of this run, and as the source of an imported branch prints it. */
  readonly regime: Regime | null
  readonly printed: Regime | null
  readonly pSft: string
  readonly aPost: string
}

export function branchRows(branches: readonly BranchCurve[], regimes: RegimeResult | null): BranchRow[] {
  return branches
    .filter(({ parentStep }) => parentStep !== null)
    .sort((a, b) => a.parentStep! - b.parentStep!)
    .map((branch) => ({
      run: branch.run,
      step: branch.parentStep!,
      regime: regimes?.points.find(({ step }) => step === branch.parentStep)?.regime ?? null,
      printed: (branch.origin?.printedRegime ?? null) as Regime | null,
      pSft: pSftOf(branch).toFixed(1),
      aPost: measuredSwitches([branch]).length > 0 ? ceilingText(branch) : branch.state,
    }))
}
