/** Every migration there is, in order. A new one: the next multiple of ten, a file of its own, a test of its own. */
import type { Migration } from '../migration.ts'
import runs from './0010-runs.ts'
import measurements from './0020-measurements.ts'
import datasets from './0030-datasets.ts'
import studies from './0040-studies.ts'
import origins from './0050-origins.ts'
import runSetups from './0060-run-setups.ts'
import testSets from './0070-test-sets.ts'

export const migrations: readonly Migration[] = [runs, measurements, datasets, studies, origins, runSetups, testSets]

export const newestVersion = migrations.at(-1)!.version
