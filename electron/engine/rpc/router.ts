/** The whole contract as it is served; the type checker sees that no procedure is missing. */
import { jobs } from './jobs.ts'
import { system } from './system.ts'
import { runs } from './runs.ts'

export const router = { system, jobs, runs }
