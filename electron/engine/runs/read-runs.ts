/** What can be asked about runs: lists, details, points, evaluations, samples, the log. Nothing here changes anything. */
import { join } from 'node:path'
import type * as z from 'zod'
import { accuracyInterval, wilsonInterval, type PromptOutcome } from '#shared/analysis/accuracy.ts'
import { passAtKInterval, reportedK } from '#shared/analysis/pass-at-k.ts'
import type { TestSetSize } from '#shared/contract/journal.ts'
import type {
  EvaluationPoint,
  RunDetail,
  RunEvent,
  RunState,
  RunSummary,
  SamplePage,
  Series,
} from '#shared/contract/runs.ts'
import { runFiles } from '#shared/experiment/run-folder.ts'
import { tailOf } from '../log.ts'
import type { EvaluationRow, Measurements } from '../store/measurements.ts'
import type { RunRecords, RunRow } from '../store/runs.ts'
import { noSuchRun } from './no-such-run.ts'
import { detailOf, summariesOf, summaryOf } from './summary.ts'

export interface ReadRuns {
  list(deleted: boolean): RunSummary[]
  get(id: string): RunDetail
  summary(id: string): RunSummary
  keys(id: string): string[]
  metrics(request: {
    readonly id: string
    readonly keys?: readonly string[]
    readonly sinceStep: number
    readonly maxPoints: number
  }): Series[]
  evaluations(id: string): EvaluationPoint[]
  events(id: string, offset: number, limit: number): z.infer<typeof RunEvent>[]
  samples(request: SampleRequest): z.infer<typeof SamplePage>
  log(id: string, bytes: number): string
  states(): { id: string; state: RunState; step: number; steps: number }[]
}

export interface SampleRequest {
  readonly id: string
  readonly step: number | null
  readonly purpose: 'train' | 'eval' | null
  readonly verdict: 'all' | 'right' | 'wrong'
}

export interface ReadRunsDeps {
  readonly records: RunRecords
  readonly measurements: Measurements
  readonly runsFolder: string
}

export function createReadRuns({ records, measurements, runsFolder }: ReadRunsDeps): ReadRuns {
  const queue = () => records.inStates(['queued']).map((run) => run.id)
  const find = (id: string): RunRow => {
    const run = records.byId(id)
    if (!run) throw noSuchRun(id)
    return run
  }
  const placeOf = (run: RunRow): number | null => {
    const place = run.state === 'queued' ? queue().indexOf(run.id) : -1
    return place < 0 ? null : place
  }

  return {
    list: (deleted) => summariesOf(records.all({ deleted }), queue(), measurements),
    summary: (id) => {
      const run = find(id)
      return summaryOf(run, measurements, placeOf(run))
    },
    get(id) {
      const run = find(id)
      return detailOf(run, {
        measurements,
        queuePosition: placeOf(run),
        attempt: records.attempt(run),
        children: records.children(id),
        folder: join(runsFolder, id),
      })
    },
    keys: (id) => measurements.keys(find(id).no),
    metrics({ id, keys, sinceStep, maxPoints }) {
      const run = find(id)
      return (keys ?? measurements.keys(run.no)).map((key) => measurements.series(run.no, key, sinceStep, maxPoints))
    },
    evaluations(id) {
      const run = find(id)
      return measurements.evaluations(run.no).map((row) => evaluationPoint(row, run))
    },
    events: (id, offset, limit) =>
      measurements.events(find(id).no, offset, limit).map(({ run_no: _, ...event }) => event),
    samples({ id, step, purpose, verdict }) {
      const run = find(id)
      const steps = measurements.sampleSteps(run.no)
      const fitting = steps.filter(
        (each) => (step === null || each.step === step) && (purpose === null || each.purpose === purpose),
      )
      const chosen = fitting.at(-1)
      return {
        steps,
        step: chosen?.step ?? null,
        purpose: chosen?.purpose ?? null,
        samples: chosen ? measurements.samples(run.no, chosen.step, chosen.purpose, verdict) : [],
      }
    },
    log: (id, bytes) => tailOf(join(runsFolder, find(id).id, runFiles.log), bytes),
    states: () => records.all({ deleted: false }).map(({ id, state, step, steps }) => ({ id, state, step, steps })),
  }
}

/**
 * An evaluation with its intervals: by prompt over the sampled answers, Wilson over the greedy ones. Of several benchmarks each by
 * itself, and over all problems: so the overall score weighs a benchmark by its size.
 */
export function evaluationPoint(row: EvaluationRow, run: Pick<RunRow, 'kind' | 'before_flops'>): EvaluationPoint {
  if (row.score !== null) return scoredPoint(row, row.score, run)
  const [outcomes, greedy] = [outcomesOf(row), greedyOf(row)]
  const place = {
    step: row.step,
    flops: row.flops,
    totalFlops: run.kind === 'pretrain' ? 0 : run.before_flops + row.flops,
  }
  const sets = setsOf(row)
  if (!sets) return { ...place, ...measuredOn(row.k, outcomes, greedy) }
  let from = 0
  const benchmarks = sets.map(({ name, prompts, k }) => {
    const [start, end] = [from, (from += prompts)]
    return { name, ...measuredOn(k, outcomes.slice(start, end), greedy.slice(start, end)) }
  })
  const scores = Object.fromEntries(benchmarks.map(({ name, accuracy }) => [name, accuracy.value]))
  return { ...place, ...measuredOn(row.k, outcomes, greedy), benchmarks, scores }
}

function measuredOn(k: number, outcomes: readonly PromptOutcome[], greedy: readonly PromptOutcome[]) {
  const part = ({ value, lo, hi }: { value: number; lo: number; hi: number }) => ({ value, lo, hi })
  // Benchmarks with fewer answers a problem limit what can be said of all.
  const least = outcomes.reduce((min, { answers }) => Math.min(min, answers), k)
  return {
    k,
    n: outcomes.length,
    accuracy: part(accuracyInterval(outcomes)),
    greedy: greedy.length > 0 ? part(accuracyInterval(greedy)) : null,
    passAtK: reportedK(least).map((at) => ({ k: at, ...part(passAtKInterval(outcomes, at)) })),
  }
}

const setsOf = ({ sets }: EvaluationRow): TestSetSize[] | null =>
  sets === null ? null : (JSON.parse(sets) as TestSetSize[])

/** An evaluation of which only the score is known: Wilson over its problems; no interval where their number is not known either. */
function scoredPoint(row: EvaluationRow, score: number, run: Pick<RunRow, 'kind' | 'before_flops'>): EvaluationPoint {
  const n = row.problems ?? 0
  const { lo, hi } = n > 0 ? wilsonInterval(score * n, n) : { lo: score, hi: score }
  return {
    step: row.step,
    flops: row.flops,
    totalFlops: run.kind === 'pretrain' ? 0 : run.before_flops + row.flops,
    k: row.k,
    n,
    accuracy: { value: score, lo: Math.min(lo, score), hi: Math.max(hi, score) },
    greedy: null,
    ...(row.benchmarks !== null && { scores: JSON.parse(row.benchmarks) as Record<string, number> }),
  }
}

/** Right answers of those sampled, by prompt; empty where only the score is known. */
export function outcomesOf(row: EvaluationRow): PromptOutcome[] {
  const answers = setsOf(row)?.flatMap(({ prompts, k }) => new Array<number>(prompts).fill(k))
  return (JSON.parse(row.correct) as number[]).map((correct, i) => ({ correct, answers: answers?.[i] ?? row.k }))
}

/** The greedy answer, by prompt; empty where none was asked for. */
export const greedyOf = (row: EvaluationRow): PromptOutcome[] =>
  (JSON.parse(row.greedy) as number[]).map((correct) => ({ correct, answers: 1 }))
