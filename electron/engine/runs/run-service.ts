/** Runs as the outside asks for them. */
import type { RunSummary } from '#shared/contract/runs.ts'
import type { Measurements } from '../store/measurements.ts'
import type { RunRecords } from '../store/runs.ts'
import { summariesOf } from './summary.ts'

export interface RunService {
  list(deleted: boolean): RunSummary[]
}

export interface RunServiceDeps {
  readonly records: RunRecords
  readonly measurements: Measurements
}

export function createRunService({ records, measurements }: RunServiceDeps): RunService {
  const queue = () => records.inStates(['queued']).map((run) => run.id)
  return {
    list: (deleted) => summariesOf(records.all({ deleted }), queue(), measurements),
  }
}
