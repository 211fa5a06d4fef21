/** A trainer's log as one run: our keys, values by step, axes where the log knows them. Pure. */
import type { StageKind } from '#shared/contract/journal.ts'
import { accuracySet, axisKeys, ourKey } from './our-keys.ts'
import type { LogRow, TrainerLog } from './trainer-log.ts'

export interface LogPoint {
  readonly step: number
  readonly flops: number
  readonly tokens: number
  readonly wallMs: number
  readonly values: Readonly<Record<string, number>>
  /** Share of right answers, over the validation sets. */
  readonly accuracy: number | null
  readonly scores: Readonly<Record<string, number>>
}

export interface LogCurve {
  readonly stage: StageKind
  readonly points: readonly LogPoint[]
  readonly sets: readonly string[]
  /** Ours by theirs. */
  readonly mapped: Readonly<Record<string, string>>
  readonly kept: readonly string[]
  readonly remarks: readonly string[]
}

export function logCurve(log: TrainerLog): LogCurve {
  const merged = mergeSteps(log.rows)
  const keys = [...new Set(merged.flatMap(({ values }) => Object.keys(values)))]
  const isShare = (key: string) => merged.every(({ values: { [key]: value = 0 } }) => value >= 0 && value <= 1)
  const setOf = new Map(
    keys.flatMap((key) => {
      const set = accuracySet(key)
      return set !== null && isShare(key) ? [[key, set] as const] : []
    }),
  )
  const { mapped, kept } = nameKeys(keys.filter((key) => !setOf.has(key)))
  const has = (...wanted: string[]) => keys.some((key) => wanted.some((word) => key.includes(word)))
  const stage: StageKind = has('uni/sft_data_ratio', 'actor/off_pg_loss')
    ? 'synchronized'
    : Object.values(mapped).includes('train/reward')
      ? 'rl'
      : 'sft'
  const tokens = axis(merged, axisKeys.tokens)
  const seconds = axis(merged, axisKeys.seconds)
  const last = merged.at(-1)?.step ?? 0
  const points = merged.map(({ step, values }, i): LogPoint => {
    const scores = Object.fromEntries(
      [...setOf].flatMap(([key, set]) => (values[key] === undefined ? [] : [[set, values[key]]])),
    ) as Record<string, number>
    const known = Object.values(scores)
    return {
      ...{ step, tokens: tokens[i]!, wallMs: 1000 * seconds[i]! },
      flops: log.totalFlops === null || last === 0 ? 0 : (log.totalFlops * step) / last,
      values: Object.fromEntries(
        Object.entries(values).flatMap(([key, value]) => (setOf.has(key) ? [] : [[mapped[key] ?? key, value]])),
      ),
      accuracy:
        known.length === setOf.size && known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : null,
      scores,
    }
  })
  const sets = [...new Set(setOf.values())]
  return {
    ...{ stage, points, sets, kept },
    mapped: { ...mapped, ...Object.fromEntries([...setOf].map(([key, set]) => [key, `eval/${set}`])) },
    remarks: [
      log.totalFlops === null
        ? 'The log counts no compute: ceilings and equal-compute comparison need it; add it in a curve file.'
        : 'Compute by step is the log’s total, spread evenly over its steps.',
      ...(sets.length > 1 ? [`Accuracy is the mean over ${sets.length} validation sets, each the same weight.`] : []),
    ],
  }
}

/** Rows of one step belong together: losses and validations come in separate lines; what came later wins. */
function mergeSteps(rows: readonly LogRow[]): LogRow[] {
  const byStep = new Map<number, Record<string, number>>()
  for (const { step, values } of rows) byStep.set(step, { ...byStep.get(step), ...values })
  return [...byStep].map(([step, values]) => ({ step, values })).sort((a, b) => a.step - b.step)
}

/** Of two keys that mean the same only the first is renamed: a name stands for one series. */
function nameKeys(keys: readonly string[]): { mapped: Record<string, string>; kept: string[] } {
  const mapped: Record<string, string> = {}
  const taken = new Set<string>()
  const kept: string[] = []
  for (const key of keys) {
    const our = ourKey(key)
    if (our === null || taken.has(our)) kept.push(key)
    else {
      mapped[key] = our
      taken.add(our)
    }
  }
  return { mapped, kept }
}

/** Running total at each row; 0 where nothing says it. */
function axis(
  rows: readonly LogRow[],
  keys: { readonly total: readonly string[]; readonly step: readonly string[] },
): number[] {
  const find = (wanted: readonly string[]) => wanted.find((key) => rows.some(({ values }) => key in values))
  const [total, step] = [find(keys.total), find(keys.step)]
  let at = 0
  return rows.map(({ values }) => {
    if (total !== undefined) at = Math.max(at, values[total] ?? at)
    else if (step !== undefined) at += values[step] ?? 0
    return at
  })
}
