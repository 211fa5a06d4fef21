/** Runs and their attempts: rows in, rows out. What a state means is decided in runs/. */
import type { Insertable, Selectable, Updateable } from 'kysely'
import type { FailureFacts } from '#shared/contract/failure.ts'
import type { RunState } from '#shared/contract/runs.ts'
import { bornAt, type ProcessIdentity } from '../process-identity.ts'
import type { AttemptTable, RunTable } from './schema.ts'
import { query, type Store } from './store.ts'

export type RunRow = Selectable<RunTable>
export type NewRun = Insertable<RunTable>
export type RunChange = Updateable<RunTable>
export type AttemptRow = Selectable<AttemptTable>

export interface RunRecords {
  all(options: { readonly deleted: boolean }): RunRow[]
  /** Living or deleted. */
  byId(id: string): RunRow | undefined
  inStates(states: readonly RunState[]): RunRow[]
  children(id: string): RunRow[]
  /** Children and theirs, deleted ones included. */
  descendants(id: string): RunRow[]
  ofStudy(study: string): RunRow[]
  byFingerprint(fingerprint: string): RunRow[]
  /** Living runs that were not trained here. */
  imported(): RunRow[]
  insert(run: NewRun): void
  change(id: string, change: RunChange): void
  /** Puts runs at the end of the queue, in their order. */
  enqueue(ids: readonly string[]): void
  reorder(ids: readonly string[]): void
  toFront(id: string): void
  settle(id: string, state: RunState, error: FailureFacts | null, at: number | null): void
  openAttempt(run: RunRow, attempt: Omit<AttemptRow, 'run_no'>): void
  attempt(run: Pick<RunRow, 'no' | 'attempt'>): AttemptRow | undefined
  setProcess(run: Pick<RunRow, 'no'>, attempt: number, process: ProcessIdentity): void
  /** The pid by the trainer's own word, where the engine died before it could write it down. */
  noteProcess(run: Pick<RunRow, 'no'>, attempt: number, pid: number): void
  closeAttempt(run: Pick<RunRow, 'no'>, attempt: number, outcome: string, at: number): void
  setDeleted(ids: readonly string[], at: number | null): void
  /** Deletes a run's rows for good; children lose their parent. */
  purge(run: Pick<RunRow, 'no' | 'id'>): void
}

export function createRunRecords(store: Store): RunRecords {
  const selectRuns = () => query.selectFrom('runs').selectAll()
  const descendantsOf = store.sqlite.prepare(`
    WITH RECURSIVE below(id) AS (SELECT id FROM runs WHERE parent = ? UNION SELECT runs.id FROM runs JOIN below ON runs.parent = below.id)
    SELECT runs.* FROM runs JOIN below USING (id) ORDER BY no`)
  const byIdStatement = store.sqlite.prepare('SELECT * FROM runs WHERE id = ?')

  return {
    all: ({ deleted }) =>
      store.all(
        selectRuns()
          .where('deleted_at', deleted ? 'is not' : 'is', null)
          .orderBy('created_at', 'desc')
          .orderBy('no', 'desc'),
      ),
    byId: (id) => byIdStatement.get(id) as RunRow | undefined,
    inStates: (states) =>
      store.all(
        selectRuns().where('state', 'in', states).where('deleted_at', 'is', null).orderBy('queue_order').orderBy('no'),
      ),
    children: (id) => store.all(selectRuns().where('parent', '=', id).where('deleted_at', 'is', null).orderBy('no')),
    descendants: (id) => descendantsOf.all(id) as RunRow[],
    ofStudy: (study) => store.all(selectRuns().where('study', '=', study).orderBy('no')),
    byFingerprint: (fingerprint) =>
      store.all(selectRuns().where('fingerprint', '=', fingerprint).where('deleted_at', 'is', null).orderBy('no')),
    imported: () =>
      store.all(selectRuns().where('origin', 'is not', null).where('deleted_at', 'is', null).orderBy('no')),
    insert: (run) => void store.run(query.insertInto('runs').values(run)),
    change: (id, change) => void store.run(query.updateTable('runs').set(change).where('id', '=', id)),
    enqueue: (ids) =>
      store.transaction(() => {
        let last = store.first(query.selectFrom('runs').select(({ fn }) => fn.max('queue_order').as('last')))?.last ?? 0
        for (const id of ids) {
          store.run(
            query
              .updateTable('runs')
              .set({ state: 'queued', queue_order: ++last, error: null, ended_at: null })
              .where('id', '=', id),
          )
        }
      }),
    reorder: (ids) =>
      store.transaction(() => {
        ids.forEach((id, i) =>
          store.run(
            query
              .updateTable('runs')
              .set({ queue_order: i + 1 })
              .where('id', '=', id),
          ),
        )
      }),
    toFront: (id) =>
      store.transaction(() => {
        const first =
          store.first(query.selectFrom('runs').select(({ fn }) => fn.min('queue_order').as('first')))?.first ?? 1
        store.run(
          query
            .updateTable('runs')
            .set({ queue_order: first - 1 })
            .where('id', '=', id),
        )
      }),
    settle: (id, state, error, at) =>
      void store.run(
        query
          .updateTable('runs')
          .set({
            state,
            error: error && JSON.stringify(error),
            ended_at: at,
            activity: null,
            tokens_per_second: null,
            seconds_left: null,
            ...(state !== 'queued' && { queue_order: null }),
          })
          .where('id', '=', id),
      ),
    openAttempt: (run, attempt) =>
      store.transaction(() => {
        store.run(query.insertInto('attempts').values({ ...attempt, run_no: run.no }))
        store.run(
          query
            .updateTable('runs')
            .set({
              attempt: attempt.attempt,
              state: 'running',
              error: null,
              ended_at: null,
              queue_order: null,
              activity: 'preparing',
              started_at: run.started_at ?? attempt.started_at,
            })
            .where('no', '=', run.no),
        )
      }),
    attempt: (run) =>
      store.first(
        query.selectFrom('attempts').selectAll().where('run_no', '=', run.no).where('attempt', '=', run.attempt),
      ),
    setProcess: (run, attempt, { pid, born }) =>
      void store.run(
        query.updateTable('attempts').set({ pid, born }).where('run_no', '=', run.no).where('attempt', '=', attempt),
      ),
    noteProcess(run, attempt, pid) {
      const born = bornAt(pid)
      if (born === null) return
      store.run(
        query
          .updateTable('attempts')
          .set({ pid, born })
          .where('run_no', '=', run.no)
          .where('attempt', '=', attempt)
          .where('pid', 'is', null),
      )
    },
    closeAttempt: (run, attempt, outcome, at) =>
      void store.run(
        query
          .updateTable('attempts')
          .set({ outcome, ended_at: at })
          .where('run_no', '=', run.no)
          .where('attempt', '=', attempt),
      ),
    setDeleted: (ids, at) => void store.run(query.updateTable('runs').set({ deleted_at: at }).where('id', 'in', ids)),
    purge: ({ no, id }) =>
      store.transaction(() => {
        store.run(query.updateTable('runs').set({ parent: null, parent_step: null }).where('parent', '=', id))
        store.run(query.deleteFrom('runs').where('no', '=', no))
      }),
  }
}
