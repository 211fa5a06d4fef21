/** How the benches measure: both sides in turn, in one run, medians. */
import { median } from '#shared/analysis/order-statistics.ts'

export interface BenchOptions {
  readonly threads: number
  readonly repeats: number
  /** Only cases whose name contains this. */
  readonly only?: string
  /** Of a turn's work, for a first look: an epoch or a step of fewer texts. Default 1. */
  readonly share?: number
  /** A Hugging Face folder to work on instead of the presets, for benches that take one. */
  readonly model?: string
  /** Learning curves to work on, for benches of the analysis. */
  readonly curves?: string
  /** How long a soak lasts. */
  readonly minutes?: number
}

/** A side's measurements of `amount` of work (steps, texts, tokens: the bench says), in its unit. */
export type Side = (amount: number) => Promise<readonly number[]>

export interface Amounts {
  readonly warmUp: number
  readonly turn: number
}

/** Medians over turns, after a warm-up of both: a machine that is busy for a while is busy for both. */
export async function alternating(
  repeats: number,
  ours: Side,
  theirs: Side,
  { warmUp, turn }: Amounts = { warmUp: 3, turn: 5 },
): Promise<{ ours: number; theirs: number }> {
  await ours(warmUp)
  await theirs(warmUp)
  const [left, right]: [number[], number[]] = [[], []]
  for (let i = 0; i < repeats; i++) {
    left.push(median(await ours(turn)))
    right.push(median(await theirs(turn)))
    process.stderr.write(`bench: turn ${i + 1} of ${repeats}: ours ${left.at(-1)}, theirs ${right.at(-1)}\n`)
  }
  return { ours: median(left), theirs: median(right) }
}

/** Seconds that `work` takes. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}
