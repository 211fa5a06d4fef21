/** What a bench says: CONTRACTS' JSON document, or the same as a table. */
import { availableParallelism, cpus, totalmem } from 'node:os'

export interface BenchResult {
  readonly case: string
  readonly ours: number
  readonly peer: { readonly name: string; readonly version: string; readonly value: number }
  readonly unit: string
  /** How many times as good as the peer, whatever the unit: above 1 is better for us. */
  readonly ratio: number
  /** The ratio aimed at; null: reported only. */
  readonly goal: number | null
  readonly met: boolean | null
}

export interface BenchReport {
  readonly bench: string
  readonly machine: { readonly cpu: string; readonly threads: number; readonly memory: number }
  readonly results: readonly BenchResult[]
}

/** A result from two medians; `better` says which way the unit goes. */
export function result(
  what: Pick<BenchResult, 'case' | 'unit' | 'goal'> & {
    better: 'less' | 'more'
    ours: number
    peer: BenchResult['peer']
  },
): BenchResult {
  const { better, ours, peer, unit, goal } = what
  const ratio = better === 'less' ? peer.value / ours : ours / peer.value
  return { case: what.case, ours, peer, unit, ratio, goal, met: goal === null ? null : ratio >= goal }
}

export const report = (bench: string, results: readonly BenchResult[]): BenchReport => ({
  bench,
  machine: { cpu: cpus()[0]?.model.trim() ?? 'unknown', threads: availableParallelism(), memory: totalmem() },
  results,
})

/** The report for people. */
export function table({ bench, machine, results }: BenchReport): string {
  const lines = results.map((r) => {
    const goal = r.goal === null ? '' : `  goal ${r.goal.toFixed(2)} ${r.met ? 'met' : 'MISSED'}`
    return `  ${r.case.padEnd(38)} ${format(r.ours)} ${r.unit}, ${r.peer.name} ${r.peer.version} ${format(r.peer.value)}  x${r.ratio.toFixed(2)}${goal}`
  })
  return [`${bench} on ${machine.cpu}, ${machine.threads} threads`, ...lines].join('\n')
}

const format = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(4)
