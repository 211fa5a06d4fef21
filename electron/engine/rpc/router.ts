/** The whole contract as it is served; the type checker sees that no procedure is missing. */
import { analysis } from './analysis.ts'
import { curate } from './curate.ts'
import { curves } from './curves.ts'
import { datasets } from './datasets.ts'
import { jobs } from './jobs.ts'
import { runs } from './runs.ts'
import { studies } from './studies.ts'
import { subsets } from './subsets.ts'
import { system } from './system.ts'
import { uploads } from './uploads.ts'

export const router = { system, jobs, uploads, datasets, curate, subsets, runs, analysis, curves, studies }
