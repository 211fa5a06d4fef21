import { Failure } from '#shared/contract/failure.ts'
import type { RunRecords, RunRow } from '../store/runs.ts'

export const noSuchRun = (id: string): Failure =>
  new Failure({
    code: 'run.not_found',
    message: 'There is no such run in this workspace.',
    input: id,
    remedy: 'List the runs to see their ids; removed ones can be restored.',
  })

/** A run that is neither unknown nor removed. Throws `run.not_found`. */
export function livingRun(records: Pick<RunRecords, 'byId'>, id: string): RunRow {
  const run = records.byId(id)
  if (!run || run.deleted_at !== null) throw noSuchRun(id)
  return run
}
