/** The whole contract as it is served; the type checker sees that no procedure is missing. */
import { analysis } from './analysis.ts'
import { jobs } from './jobs.ts'
import { runs } from './runs.ts'
import { studies } from './studies.ts'
import { system } from './system.ts'

export const router = { system, jobs, runs, analysis, studies }
