/** Branches under the data set that their pipeline was fine-tuned on; pure RL and synchronized runs under their own. */
import type { BranchCurve } from '#shared/contract/contract.ts'

export interface ChoiceGroup {
  readonly title: string
  readonly runs: readonly BranchCurve[]
}

export const isBranch = ({ paradigm }: Pick<BranchCurve, 'paradigm'>): boolean =>
  paradigm !== 'sft' && paradigm !== 'pretrain'

export function choiceGroups(curves: readonly BranchCurve[]): ChoiceGroup[] {
  const groups = new Map<string, BranchCurve[]>()
  const byRun = new Map(curves.map((curve) => [curve.run, curve]))
  for (const curve of curves.filter(isBranch)) {
    const sft = curve.paradigm === 'sequential' && curve.parent !== null ? byRun.get(curve.parent) : undefined
    const title = curve.paradigm === 'rl' ? 'RL without SFT' : (sft?.data ?? curve.data)
    groups.set(title, [...(groups.get(title) ?? []), curve])
  }
  return [...groups].map(([title, runs]) => ({
    title,
    runs: runs.sort((a, b) => (a.parentStep ?? 0) - (b.parentStep ?? 0)),
  }))
}
