/**
 * From a run's journal into the store, exactly once: the rows of a chunk and the byte up to which they go are stored in one
 * transaction, so whoever is killed when, the next reads on from where the store stands.
 */
import { join } from 'node:path'
import * as z from 'zod'
import { JournalRecord } from '#shared/contract/journal.ts'
import { runFiles } from '#shared/experiment/run-folder.ts'
import type { Measurements } from '../store/measurements.ts'
import type { RunChange, RunRecords, RunRow } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { readLines } from './journal-lines.ts'

export type EndRecord = Extract<JournalRecord, { kind: 'end' }>

export interface Ingested {
  /** Anything new at all. */
  readonly changed: boolean
  readonly isMore: boolean
}

export interface IngestDeps {
  readonly store: Store
  readonly records: RunRecords
  readonly measurements: Measurements
  readonly runsFolder: string
  now(): number
}

export interface Ingestion {
  /** Takes about a megabyte of a run's journal in. */
  take(run: string): Ingested
  /** Takes all there is, in one go: for a trainer that is gone. */
  takeAll(run: string): void
  /** What the current attempt's journal said last, where it said `end`. */
  endOf(run: RunRow): EndRecord | null
}

export function createIngestion({ store, records, measurements, runsFolder, now }: IngestDeps): Ingestion {
  function take(id: string): Ingested {
    const run = records.byId(id)
    if (!run) return { changed: false, isMore: false }
    const { lines, next, isMore } = readLines(join(runsFolder, id, runFiles.journal), run.journal_offset)
    if (lines.length === 0) return { changed: false, isMore }
    store.transaction(() => {
      const change: RunChange = {}
      for (const { text, offset } of lines) {
        const record = parsed(text)
        if (record.success) apply(run, record.data, change)
        else {
          const what = `The trainer's journal has a line at byte ${offset} that is not understood: ${record.problem}`
          measurements.addEvent(run.no, change.step ?? run.step, 'warning', what, now())
        }
      }
      records.change(id, { ...change, journal_offset: next })
    })
    return { changed: true, isMore }
  }

  function apply(run: RunRow, record: JournalRecord, change: RunChange): void {
    const attempt = change.attempt ?? run.attempt
    switch (record.kind) {
      case 'begin':
        // What lies after the checkpoint is made anew. The engine has deleted it when it opened the attempt; a journal read
        // into a fresh store has not.
        measurements.forgetAfter(run.no, record.fromStep)
        if (record.attempt === run.attempt) records.noteProcess(run, attempt, record.pid)
        change.backend = JSON.stringify(record.backend)
        change.parameters = record.parameters
        change.step = record.fromStep
        return
      case 'metrics': {
        const { step, flops, tokens, wallMs, values } = record
        measurements.putMetrics(run.no, attempt, { step, flops, tokens, wallMs }, values)
        Object.assign(change, { step, flops, tokens, wall_ms: wallMs })
        return
      }
      case 'samples':
        measurements.putSamples(run.no, record.step, record.purpose, record.samples)
        return
      case 'evaluation':
        measurements.putEvaluation({
          run_no: run.no,
          step: record.step,
          flops: record.flops,
          k: record.k,
          prompt_ids: JSON.stringify(record.promptIds),
          correct: JSON.stringify(record.correct),
          greedy: JSON.stringify(record.greedy),
          sets: record.benchmarks ? JSON.stringify(record.benchmarks) : null,
        })
        return
      case 'checkpoint': {
        const { step, flops, tokens, path, bytes, reason } = record
        measurements.putCheckpoint({ run_no: run.no, step, flops, tokens, path, bytes, reason })
        return
      }
      case 'checkpoint-removed':
        measurements.dropCheckpoint(run.no, record.step)
        return
      case 'event':
        measurements.addEvent(run.no, record.step, record.level, record.text, now())
        return
      case 'progress':
        change.step = record.step
        change.steps = record.steps
        change.activity = record.activity
        change.seconds_left = record.secondsLeft
        change.tokens_per_second = record.tokensPerSecond
        return
      case 'end':
        change.step = record.step
        records.closeAttempt(run, attempt, JSON.stringify(record), now())
    }
  }

  return {
    take,
    takeAll(id) {
      while (take(id).isMore);
    },
    endOf(run) {
      const outcome = records.attempt(run)?.outcome ?? null
      const record = outcome === null ? null : JournalRecord.safeParse(JSON.parse(outcome))
      return record?.success && record.data.kind === 'end' ? record.data : null
    },
  }
}

type Parsed =
  { readonly success: true; readonly data: JournalRecord } | { readonly success: false; readonly problem: string }

function parsed(text: string): Parsed {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { success: false, problem: (error as Error).message.slice(0, 200) }
  }
  const record = JournalRecord.safeParse(value)
  if (record.success) return record
  return { success: false, problem: z.prettifyError(record.error).replaceAll(/\s+/g, ' ').slice(0, 200) }
}
