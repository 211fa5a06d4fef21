/** How the report names and counts things. */
import { formatFlops } from '#shared/flops/units.ts'
import type { PairedDifference } from '#shared/analysis/accuracy.ts'
import { bestSeenOf, ceilingWords, plasticityWords } from '#shared/analysis/ceiling-words.ts'
import type { Arm } from '../study-facts.ts'

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
export const points = (value: number): string => value.toFixed(1)

/** `61.2 % (58.9 to 63.5)`. */
export const interval = ({ value, lo, hi }: { value: number; lo: number; hi: number }): string =>
  `${percent(value)} (${(100 * lo).toFixed(1)} to ${(100 * hi).toFixed(1)})`

export const flops = formatFlops

/** `+23.4 ± 1.9 points, 12.3 standard errors`. */
export const difference = ({ value, standardError, standardErrors }: PairedDifference): string =>
  `${signed(100 * value)} ± ${(100 * standardError).toFixed(1)} points, ${Math.abs(standardErrors).toFixed(1)} standard errors`

export const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`

const regimeWords: Readonly<Record<string, string>> = {
  adaptive: 'Adaptive',
  stable: 'Stable',
  mild: 'Mild over-fit',
  severe: 'Severe over-fit',
  'above-the-band': 'above the band',
}
export const regimeWord = (regime: string | null): string => (regime === null ? '–' : (regimeWords[regime] ?? regime))

/** The arm's name in figures and tables. */
export function armName(arm: Arm): string {
  switch (arm.role) {
    case 'branch':
      return `SFT → RL, step ${arm.parentStep} (${regimeWord(arm.curve.regime)})`
    case 'pure-rl':
      return 'pure RL (GRPO)'
    case 'pure-sft':
      return 'pure SFT'
    case 'luffy':
      return 'synchronized (LUFFY)'
    case 'srft':
      return 'synchronized (SRFT)'
    case 'upt':
      return 'synchronized (UPT)'
    case 'prefix-rft':
      return 'synchronized (Prefix-RFT)'
    case 'sft':
      return 'SFT'
    case 'base':
      return 'base'
  }
}

/** Class of its colour: the paradigm's, branches told apart by dash. */
export function armClass(arm: Arm, arms: readonly Arm[]): string {
  if (arm.role === 'branch') {
    const branches = arms
      .filter(({ role }) => role === 'branch')
      .sort((a, b) => (a.parentStep ?? 0) - (b.parentStep ?? 0))
    return `sequential dash-${branches.indexOf(arm)}`
  }
  const classes = { 'pure-rl': 'rl', 'pure-sft': 'sft', sft: 'trunk', base: 'sft' } as const
  return arm.role in classes ? classes[arm.role as keyof typeof classes] : 'synchronized'
}

const statedCeiling = ({ curve: { fit, points: seen } }: Arm) =>
  fit && { verdict: fit.verdict, aPost: fit.aPost, bestSeen: bestSeenOf(seen, fit.excluded) }

/** `83.4 [82.9, 84.4]` or `at least 80.9`; why there is none where there is none. */
export function ceilingText(arm: Arm): string {
  const stated = statedCeiling(arm)
  return stated ? ceilingWords(stated) : 'too few evaluations'
}

/** The plasticity in points, likewise. */
export function plasticityText(arm: Arm): string {
  const stated = statedCeiling(arm)
  return stated ? plasticityWords(stated, arm.curve.fit!.pSft) : '–'
}
