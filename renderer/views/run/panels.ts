/** Which charts a run shows, in which order, by stage; and what their titles say. Keys it does not know follow at the end. */
import type { StageKind } from '#shared/contract/journal.ts'
import { isRegistered, metricInfo } from '#shared/contract/metrics.ts'
import { benchmarkName } from '../../curves/scores.ts'
import { trendOf } from '../../curves/smoothing.ts'

export interface Panel {
  readonly id: string
  /** Series drawn together; the first gives title and unit. */
  readonly keys: readonly string[]
  /** The accuracy panel is drawn from evaluations, with intervals. */
  readonly isAccuracy: boolean
}

const panel = (...keys: string[]): Panel => ({ id: keys[0]!, keys, isAccuracy: false })
const accuracy: Panel = { id: 'accuracy', keys: ['eval/accuracy', 'eval/greedy'], isAccuracy: true }

const first: Readonly<Record<StageKind, readonly Panel[]>> = {
  pretrain: [
    panel('train/loss'),
    accuracy,
    panel('train/grad_norm'),
    panel('train/lr'),
    panel('train/tokens_per_second'),
    panel('train/padding_share'),
  ],
  sft: [
    panel('val/loss', 'train/loss'),
    accuracy,
    panel('train/grad_norm'),
    panel('train/lr'),
    panel('train/tokens_per_second'),
    panel('train/padding_share'),
  ],
  rl: [
    panel('train/reward'),
    accuracy,
    panel('train/entropy'),
    panel('train/response_length'),
    panel('train/clip_ratio'),
    panel('train/grad_norm'),
  ],
  synchronized: [
    panel('train/reward'),
    accuracy,
    panel('train/entropy'),
    panel('train/response_length'),
    panel('train/expert_prob'),
    panel('train/grad_norm'),
  ],
}

/** Panels for the keys that exist: the stage's own first, then the rest, each key once. */
export function panelsFor(stage: StageKind, keys: readonly string[]): Panel[] {
  const has = new Set(keys)
  const own = first[stage]
    .map((one) => ({ ...one, keys: one.isAccuracy ? one.keys : one.keys.filter((key) => has.has(key)) }))
    .filter((one) => one.keys.length > 0 && (!one.isAccuracy || has.has('eval/accuracy')))
  const drawn = new Set(own.flatMap((one) => one.keys))
  // The method's own first, the machine's last.
  const place = (key: string) => (key.startsWith('system/') ? 1 : 0)
  const rest = keys
    .filter((key) => !drawn.has(key) && !(key.startsWith('eval/') && isRegistered(key)))
    .sort((a, b) => place(a) - place(b) || a.localeCompare(b))
  return [...own, ...rest.map((key) => panel(key))]
}

/** What was zero throughout (a clip that could not bind) says least: it goes to the end. */
export function quietLast(panels: readonly Panel[], valuesOf: (key: string) => readonly number[]): Panel[] {
  const isQuiet = ({ keys, isAccuracy }: Panel) => {
    const values = keys.flatMap(valuesOf)
    return !isAccuracy && values.length > 0 && values.every((value) => value === 0)
  }
  return [...panels.filter((panel) => !isQuiet(panel)), ...panels.filter(isQuiet)]
}

/** A panel's title as a finding where the data say one: "Reward is still rising". */
export function panelTitle(panel: Panel, values: readonly number[], isRunning: boolean): string {
  const [, benchmark] = isRegistered(panel.id) ? [] : (/^eval\/([^/]+)$/.exec(panel.id) ?? [])
  const title = benchmark === undefined ? metricInfo(panel.id).title : benchmarkName(benchmark)
  const trend = ['train/reward', 'train/loss', 'train/entropy', 'train/response_length'].includes(panel.id)
    ? trendOf(values)
    : null
  if (panel.id === 'val/loss') return validationTitle(values) ?? title
  if (!trend) return title
  if (trend === 'flat') return `${title} is flat ${isRunning ? 'now' : 'at the end'}`
  return `${title} is ${isRunning ? 'still ' : ''}${trend}`
}

function validationTitle(values: readonly number[]): string | null {
  if (values.length < 3) return null
  const minimum = Math.min(...values)
  const last = values.at(-1)!
  const above = last / minimum - 1
  if (above < 0.02) return 'Validation loss is at its minimum'
  return `Validation loss is ${(above * 100).toFixed(0)}\u202f% above its minimum`
}
