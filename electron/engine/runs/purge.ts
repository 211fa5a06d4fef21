/**
 * What was removed thirty days ago goes for good, at the start of an engine and once a day: rows, journal and checkpoints. A removed run stays
 * while a living one descends from it: its lineage and its FLOPs are part of that one's story.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { RunRecords } from '../store/runs.ts'

export const keptDeletedMs = 30 * 24 * 3600 * 1000

export interface PurgeDeps {
  readonly records: RunRecords
  readonly runsFolder: string
  now(): number
}

/** Returns the ids of the runs that are gone. */
export function purgeDeleted({ records, runsFolder, now }: PurgeDeps): string[] {
  const hasLiving = (id: string): boolean => records.descendants(id).some((run) => run.deleted_at === null)
  const due = records
    .all({ deleted: true })
    .filter((run) => run.deleted_at! < now() - keptDeletedMs && !hasLiving(run.id))
  for (const run of due) {
    records.purge(run)
    rmSync(join(runsFolder, run.id), { recursive: true, force: true })
  }
  return due.map((run) => run.id)
}
