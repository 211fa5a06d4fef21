/** Studies: what was planned, how far it is, what came out. */
import type { Insertable, Selectable, Updateable } from 'kysely'
import type { StudyTable } from './schema.ts'
import { query, type Store } from './store.ts'

export type StudyRow = Selectable<StudyTable>

export interface StudyRecords {
  /** Newest first. */
  all(): StudyRow[]
  byId(id: string): StudyRow | undefined
  insert(study: Insertable<StudyTable>): void
  change(id: string, change: Updateable<StudyTable>): void
}

export const createStudyRecords = (store: Store): StudyRecords => ({
  all: () => store.all(query.selectFrom('studies').selectAll().orderBy('started_at', 'desc')),
  byId: (id) => store.first(query.selectFrom('studies').selectAll().where('id', '=', id)),
  insert: (study) => void store.run(query.insertInto('studies').values(study)),
  change: (id, change) => void store.run(query.updateTable('studies').set(change).where('id', '=', id)),
})

/** The studies of every other kind: each service looks after its own. */
export const withoutKind = (records: StudyRecords, kind: string): StudyRecords => ({
  ...records,
  all: () => records.all().filter((study) => study.kind !== kind),
  byId(id) {
    const study = records.byId(id)
    return study?.kind === kind ? undefined : study
  },
})
