/** Which scores the curves at hand can be read by: the overall one, greedy answers, each benchmark, and the paper's groups. */
import { paperGroups } from '#shared/analysis/aggregate.ts'
import type { BranchCurve } from '#shared/contract/contract.ts'
import { curveNameOf } from '#shared/experiment/benchmark-names.ts'

export interface ScoreChoice {
  readonly value: string
  readonly title: string
  readonly hint?: string
}

const names: Readonly<Record<string, string>> = {
  gsm8k: 'GSM8K',
  math: 'MATH',
  minerva: 'Minerva',
  olympiad_bench: 'OlympiadBench',
  aime: 'AIME24',
  aime25: 'AIME25',
}
export const benchmarkName = (id: string): string => names[curveNameOf(id)] ?? id

export function scoreChoices(curves: readonly BranchCurve[]): ScoreChoice[] {
  const sizes = new Map<string, number>()
  for (const { origin, points } of curves)
    for (const name of Object.keys(points[0]?.scores ?? {}))
      sizes.set(name, origin?.benchmarks[name] ?? points[0]?.benchmarks?.find((each) => each.name === name)?.n ?? 0)
  const byCurveName = new Map([...sizes].map(([name, size]) => [curveNameOf(name), size]))
  const groups = Object.entries(paperGroups).filter(([, of]) => of.every((name) => byCurveName.has(name)))
  const problems = (of: readonly string[]) => of.reduce((sum, name) => sum + (byCurveName.get(name) ?? 0), 0)
  const hint = (count: number) => (count > 0 ? { hint: `${count} problems` } : {})
  return [
    sizes.size > 0
      ? { value: 'overall', title: 'overall, by size', ...hint(problems([...byCurveName.keys()])) }
      : { value: 'overall', title: 'avg@k, test prompts' },
    ...(curves.some(({ points }) => points.some(({ greedy }) => greedy !== null))
      ? [{ value: 'greedy', title: 'greedy answer' }]
      : []),
    ...groups.map(([value, of]) => ({ value, title: `${value} benchmarks`, ...hint(problems(of)) })),
    ...[...sizes].map(([value, count]) => ({ value, title: benchmarkName(value), ...hint(count) })),
  ]
}
