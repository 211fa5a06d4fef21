/** The numbers of the checkpoint under the marker: measured where there is a branch, predicted where there is none. Pure. */
import type { RegimeResult } from '#shared/analysis/types.ts'
import type { CheckpointPrediction, MeasuredSwitch } from '../../charts/after-rl.option.ts'
import { flops } from '../../format/numbers.ts'
import type { SwitchPointData } from './use-switch-point.ts'

interface Interval {
  readonly value: number
  readonly lo: number
  readonly hi: number
}

const around = ({ value, lo, hi }: Interval): string => `${value.toFixed(1)} [${lo.toFixed(1)}, ${hi.toFixed(1)}]`

/** In percent; a printed score has no interval. */
function scoreWords({ value, lo, hi }: Interval): string {
  const score = (value * 100).toFixed(1)
  return hi > lo ? `${score} ± ${((hi - lo) * 50).toFixed(1)}` : score
}

export function checkpointFacts(
  step: number,
  data: Pick<SwitchPointData, 'evaluations' | 'checkpoints'>,
  regimes: RegimeResult | null,
  measured: readonly MeasuredSwitch[],
  predicted: CheckpointPrediction | null,
) {
  const point = regimes?.points.find((each) => each.step === step)
  const test = data.evaluations.find((each) => each.step === step)
  const branch = measured.find((each) => each.step === step)
  const guess = branch ? undefined : predicted?.points.find((each) => each.step === step)
  const compute = data.checkpoints.find((each) => each.step === step)?.flops
  const above = point && regimes ? point.loss / regimes.minLoss - 1 : 0
  const pSft = test ? 100 * test.accuracy.value : null
  return [
    { word: 'SFT compute', value: compute === undefined ? '–' : flops(compute) },
    {
      word: 'val loss',
      value: point ? `${point.loss.toFixed(4)} (+${(above * 100).toFixed(1)} %)` : 'not validated',
      faint: !point,
    },
    {
      word: 'P_sft',
      value: test ? scoreWords(test.accuracy) : 'not evaluated',
      faint: !test,
    },
    ...(guess && pSft !== null
      ? [
          {
            word: 'PL_rl, predicted',
            value: around({ value: guess.value - pSft, lo: guess.lo - pSft, hi: guess.hi - pSft }),
          },
        ]
      : []),
    ...(guess
      ? [{ word: 'A_post, predicted', value: around(guess), strong: true, title: predicted!.model }]
      : [
          {
            word: branch?.isPrinted ? 'A_post, as printed' : 'A_post, measured',
            strong: branch !== undefined && branch.interval !== null,
            value: !branch
              ? 'no branch'
              : branch.isPrinted
                ? branch.value.toFixed(1)
                : branch.interval
                  ? around({ value: branch.value, ...branch.interval })
                  : `at least ${branch.value.toFixed(1)}`,
            faint: !branch,
          },
        ]),
  ]
}
