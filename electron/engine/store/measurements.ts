/**
 * What a run measured. Writing is the hot path (prepared once, called inside the ingestion's transaction); reading decimates in
 * SQL, so that a long run never becomes a long pause.
 */
import type { Insertable, Selectable } from 'kysely'
import type { SampleRecord } from '#shared/contract/journal.ts'
import type { Series } from '#shared/contract/runs.ts'
import type { CheckpointTable, EvaluationTable, EventTable } from './schema.ts'
import { query, type Store } from './store.ts'

export type CheckpointRow = Selectable<CheckpointTable>
export type EvaluationRow = Selectable<EvaluationTable>
export type EventRow = Selectable<EventTable>

export interface Position {
  readonly step: number
  readonly flops: number
  readonly tokens: number
  readonly wallMs: number
}

export interface Measurements {
  putMetrics(run: number, attempt: number, at: Position, values: Readonly<Record<string, number>>): void
  putSamples(run: number, step: number, purpose: 'train' | 'eval', samples: readonly SampleRecord[]): void
  putEvaluation(row: Insertable<EvaluationTable>): void
  putCheckpoint(row: Omit<CheckpointRow, 'pinned'>): void
  dropCheckpoint(run: number, step: number): void
  addEvent(run: number, step: number, level: EventRow['level'], text: string, at: number): void
  /** Forgets what was measured after a step: a resumed run makes it anew. Events stay. */
  forgetAfter(run: number, step: number): void

  keys(run: number): string[]
  /** Newest value of each of `keys` that the run has. */
  newest(run: number, keys: readonly string[]): Record<string, number>
  series(run: number, key: string, sinceStep: number, maxPoints: number): Series
  lastPosition(run: number): Position | undefined
  positionAt(run: number, step: number): Position | undefined
  evaluations(run: number): EvaluationRow[]
  checkpoints(run: number): CheckpointRow[]
  pin(run: number, step: number, pinned: boolean): number
  events(run: number, offset: number, limit: number): EventRow[]
  sampleSteps(run: number): { step: number; purpose: 'train' | 'eval'; count: number }[]
  samples(run: number, step: number, purpose: 'train' | 'eval', verdict: 'all' | 'right' | 'wrong'): SampleRecord[]
}

export function createMeasurements(store: Store): Measurements {
  const sql = (text: string) => store.sqlite.prepare(text)
  const putPosition =
    sql(`INSERT INTO positions (run_no, step, flops, tokens, wall_ms, attempt) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET flops = excluded.flops, tokens = excluded.tokens, wall_ms = excluded.wall_ms, attempt = excluded.attempt`)
  const putMetric = sql('INSERT OR REPLACE INTO metrics (run_no, key_no, step, value) VALUES (?, ?, ?, ?)')
  const putSample = sql(
    'INSERT OR REPLACE INTO samples (run_no, step, purpose, ordinal, correct, sample) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const addKey = sql(
    'INSERT INTO metric_keys (key) VALUES (?) ON CONFLICT DO UPDATE SET key = key RETURNING no',
  ).pluck()
  const findKey = sql('SELECT no FROM metric_keys WHERE key = ?').pluck()
  const newestValue = sql(
    'SELECT value FROM metrics WHERE run_no = ? AND key_no = ? ORDER BY step DESC LIMIT 1',
  ).pluck()
  const range = sql(
    'SELECT count(*) AS total, min(step) AS first, max(step) AS last FROM metrics WHERE run_no = ? AND key_no = ? AND step > ?',
  )
  const columns = 'm.step, p.flops, p.tokens, p.wall_ms, m.value'
  const joined = 'metrics m JOIN positions p ON p.run_no = m.run_no AND p.step = m.step'
  const every = sql(
    `SELECT ${columns} FROM ${joined} WHERE m.run_no = ? AND m.key_no = ? AND m.step > ? ORDER BY m.step`,
  ).raw()
  // Of each stretch the lowest and the highest value, where they stand, and of the whole the first and the last.
  const bucketed = (extreme: 'min' | 'max') =>
    `SELECT step FROM (SELECT step, ${extreme}(value) FROM metrics WHERE run_no = @run AND key_no = @key AND step > @since
     GROUP BY CAST((step - @first) * @buckets / (@last - @first + 1) AS INTEGER))`
  const extremes = sql(`SELECT ${columns} FROM ${joined} WHERE m.run_no = @run AND m.key_no = @key AND
    m.step IN (${bucketed('min')} UNION ${bucketed('max')} UNION VALUES (@first), (@last)) ORDER BY m.step`).raw()
  // Not remembered: a key made in a transaction that is taken back is not there.
  const keyNumber = (key: string) => findKey.get(key) as number | undefined
  // Events stay: they say what happened, and it did happen.
  const forgets = ['positions', 'metrics', 'samples', 'evaluations', 'checkpoints'].map((table) =>
    sql(`DELETE FROM ${table} WHERE run_no = ? AND step > ?`),
  )

  return {
    putMetrics(run, attempt, { step, flops, tokens, wallMs }, values) {
      putPosition.run(run, step, flops, tokens, wallMs, attempt)
      for (const [key, value] of Object.entries(values)) {
        const no = keyNumber(key) ?? (addKey.get(key) as number)
        putMetric.run(run, no, step, value)
      }
    },
    putSamples(run, step, purpose, samples) {
      samples.forEach((sample, i) =>
        putSample.run(run, step, purpose, i, sample.correct ? 1 : 0, JSON.stringify(sample)),
      )
    },
    putEvaluation: (row) => void store.run(query.replaceInto('evaluations').values(row)),
    putCheckpoint: (row) =>
      void store.run(
        query
          .insertInto('checkpoints')
          .values(row)
          .onConflict((conflict) => {
            const { flops, tokens, path, bytes, reason } = row
            return conflict.columns(['run_no', 'step']).doUpdateSet({ flops, tokens, path, bytes, reason })
          }),
      ),
    dropCheckpoint: (run, step) =>
      void store.run(query.deleteFrom('checkpoints').where('run_no', '=', run).where('step', '=', step)),
    addEvent: (run, step, level, text, at) =>
      void store.run(query.insertInto('events').values({ run_no: run, step, level, text, at })),
    forgetAfter: (run, step) => store.transaction(() => forgets.forEach((forget) => forget.run(run, step))),

    keys: (run) =>
      store
        .all(
          query
            .selectFrom('metric_keys')
            .select('key')
            .where(({ exists, selectFrom }) =>
              exists(
                selectFrom('metrics')
                  .select('step')
                  .where('run_no', '=', run)
                  .whereRef('metrics.key_no', '=', 'metric_keys.no')
                  .limit(1),
              ),
            )
            .orderBy('no'),
        )
        .map(({ key }) => key),
    newest(run, keys) {
      const values: Record<string, number> = {}
      for (const key of keys) {
        const no = keyNumber(key)
        const value = no === undefined ? undefined : (newestValue.get(run, no) as number | undefined)
        if (value !== undefined) values[key] = value
      }
      return values
    },
    series(run, key, sinceStep, maxPoints) {
      const series: Series = { key, step: [], flops: [], tokens: [], wallMs: [], value: [], total: 0 }
      const no = keyNumber(key)
      if (no === undefined) return series
      const { total, first, last } = range.get(run, no, sinceStep) as { total: number; first: number; last: number }
      series.total = total
      // Two points a stretch, and the two ends.
      const buckets = Math.floor((maxPoints - 2) / 2)
      const rows =
        total <= maxPoints || buckets < 1
          ? every.all(run, no, sinceStep)
          : extremes.all({ run, key: no, since: sinceStep, first, last, buckets })
      for (const [step, flops, tokens, wallMs, value] of rows as [number, number, number, number, number][]) {
        series.step.push(step)
        series.flops.push(flops)
        series.tokens.push(tokens)
        series.wallMs.push(wallMs)
        series.value.push(value)
      }
      return series
    },
    lastPosition: (run) => store.first(positions(run).orderBy('step', 'desc').limit(1)),
    positionAt: (run, step) => store.first(positions(run).where('step', '<=', step).orderBy('step', 'desc').limit(1)),
    evaluations: (run) =>
      store.all(query.selectFrom('evaluations').selectAll().where('run_no', '=', run).orderBy('step')),
    checkpoints: (run) =>
      store.all(query.selectFrom('checkpoints').selectAll().where('run_no', '=', run).orderBy('step')),
    pin: (run, step, pinned) =>
      store.run(
        query
          .updateTable('checkpoints')
          .set({ pinned: pinned ? 1 : 0 })
          .where('run_no', '=', run)
          .where('step', '=', step),
      ),
    events: (run, offset, limit) =>
      store.all(
        query
          .selectFrom('events')
          .selectAll()
          .where('run_no', '=', run)
          .orderBy('id', 'desc')
          .limit(limit)
          .offset(offset),
      ),
    sampleSteps: (run) =>
      store.all(
        query
          .selectFrom('samples')
          .select(({ fn }) => ['step', 'purpose', fn.countAll<number>().as('count')])
          .where('run_no', '=', run)
          .groupBy(['step', 'purpose'])
          .orderBy('step'),
      ),
    samples: (run, step, purpose, verdict) =>
      store
        .all(
          query
            .selectFrom('samples')
            .select('sample')
            .where('run_no', '=', run)
            .where('step', '=', step)
            .where('purpose', '=', purpose)
            .$if(verdict !== 'all', (rows) => rows.where('correct', '=', verdict === 'right' ? 1 : 0))
            .orderBy('ordinal'),
        )
        .map(({ sample }) => JSON.parse(sample) as SampleRecord),
  }
}

const positions = (run: number) =>
  query.selectFrom('positions').select(['step', 'flops', 'tokens', 'wall_ms as wallMs']).where('run_no', '=', run)
