/** What every procedure is given: the parts of a running engine. */
import type { Curves } from './analysis/branch-curves.ts'
import type { CurveImports } from './curves/import-curves.ts'
import type { DatasetService } from './datasets/dataset-service.ts'
import type { Estimates } from './estimates/estimates.ts'
import type { Jobs } from './jobs.ts'
import type { Log } from './log.ts'
import type { Notices } from './notices.ts'
import type { RunService } from './runs/run-service.ts'
import type { Studies } from './studies/studies.ts'
import type { SwitchStudies } from './studies/switch/switch-studies.ts'
import type { SystemService } from './system/system-service.ts'
import type { Workspace } from './workspace/folder.ts'

export interface EngineContext {
  readonly workspace: Workspace
  readonly jobs: Jobs
  readonly datasets: DatasetService
  readonly notices: Notices
  readonly log: Log
  readonly system: SystemService
  readonly runs: RunService
  readonly estimates: Estimates
  readonly curves: Curves
  readonly studies: Studies
  readonly searches: SwitchStudies
  readonly curveImports: CurveImports
}
