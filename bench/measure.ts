/** How the benches measure: both sides in turn, in one run, medians. */
import { median } from './report.ts'

export interface BenchOptions {
  readonly threads: number
  readonly repeats: number
  /** Only cases whose name contains this. */
  readonly only?: string
  /** Learning curves to work on, for benches of the analysis. */
  readonly curves?: string
}

/** A side's measurements of `count` units of work, in its unit. */
export type Side = (count: number) => Promise<readonly number[]>

/** Medians over turns, after a warm-up of both: a machine that is busy for a while is busy for both. */
export async function alternating(
  repeats: number,
  ours: Side,
  theirs: Side,
): Promise<{ ours: number; theirs: number }> {
  await ours(3)
  await theirs(3)
  const [left, right]: [number[], number[]] = [[], []]
  for (let i = 0; i < repeats; i++) {
    left.push(median(await ours(5)))
    right.push(median(await theirs(5)))
  }
  return { ours: median(left), theirs: median(right) }
}
