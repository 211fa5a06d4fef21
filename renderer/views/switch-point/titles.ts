/** What the charts of the view find, as their panes' titles, and the numbers behind them. Pure. */
import type { RegimeResult } from '#shared/analysis/types.ts'
import type { SwitchSearch } from '#shared/contract/switch-study.ts'
import type { CheckpointPrediction, MeasuredSwitch } from '../../charts/after-rl.option.ts'
import type { ChartTable } from '../../charts/chart-table.ts'
import { count, flops, percent } from '../../format/numbers.ts'
import { candidateWords } from './search-words.ts'

export function lossTitle({ stable, thresholds, minStep, points }: RegimeResult): string {
  const band = percent(thresholds.stable, 0)
  if (stable.from === stable.to)
    return `Validation loss is within ${band} of its minimum at step ${count(minStep)} only`
  const between = points.filter(({ step }) => step >= stable.from && step <= stable.to)
  // A noisy curve leaves the band and comes back.
  return between.every(({ regime }) => regime === 'stable')
    ? `Validation loss is within ${band} of its minimum from step ${count(stable.from)} to ${count(stable.to)}`
    : `Validation loss is within ${band} of its minimum first at step ${count(stable.from)}, last at ${count(stable.to)}`
}

export const lossTable = ({ points }: RegimeResult): ChartTable => ({
  columns: ['step', 'validation loss', 'regime'],
  rows: points.map(({ step, loss, regime }) => [step, loss.toFixed(4), regime]),
})

export const bestSwitch = (measured: readonly MeasuredSwitch[]): MeasuredSwitch | null =>
  measured.reduce<MeasuredSwitch | null>((top, one) => (!top || one.value > top.value ? one : top), null)

export function afterTitle(measured: readonly MeasuredSwitch[]): string {
  const best = bestSwitch(measured)
  return best ? `After RL, switching at step ${count(best.step)} has led so far` : 'No RL branch has been measured yet'
}

export function afterTable(measured: readonly MeasuredSwitch[], predicted: CheckpointPrediction | null): ChartTable {
  const row = (step: number, who: string, value: string, bounds: { lo: number; hi: number } | null) => [
    step,
    who,
    value,
    bounds?.lo.toFixed(1) ?? '–',
    bounds?.hi.toFixed(1) ?? '–',
  ]
  const isMeasured = (step: number) => measured.some((each) => each.step === step)
  return {
    columns: ['switch step', 'branch', 'A_post', 'low', 'high'],
    rows: [
      ...measured.map(({ step, name, value, interval, isPrinted }) =>
        row(step, name, interval ? value.toFixed(1) : `at least ${value.toFixed(1)}`, isPrinted ? null : interval),
      ),
      ...(predicted?.points ?? [])
        .filter(({ step }) => !isMeasured(step))
        .map(({ step, value, lo, hi }) => row(step, 'predicted', value.toFixed(1), { lo, hi })),
    ].sort((a, b) => Number(a[0]) - Number(b[0])),
  }
}

export function searchTitle({ chosen, target, state }: SwitchSearch): string {
  if (!chosen || target === null) return 'The candidates are chosen when the SFT run has ended'
  const lead = state === 'done' ? 'is chosen' : 'leads so far'
  return `Switching at step ${count(chosen.step)} ${lead}, compared at ${flops(target)}`
}

export const searchTable = ({ candidates }: SwitchSearch): ChartTable => ({
  columns: ['from step', 'branch', 'P_sft', 'measured', 'at the target', 'low', 'high', 'best', 'RL spent'],
  rows: candidates.map((each) => [
    each.step,
    candidateWords(each).word,
    each.pSft.toFixed(1),
    each.measured?.value.toFixed(1) ?? '–',
    each.forecast.mean.toFixed(1),
    each.forecast.lo.toFixed(1),
    each.forecast.hi.toFixed(1),
    percent(each.chance, 0),
    flops(each.rlFlops),
  ]),
})
