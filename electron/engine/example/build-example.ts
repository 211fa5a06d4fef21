/**
 * The bundled example as a workspace of its own: a finished quick study, the values that the paper prints, and lab data with
 * subsets. Built beside its place and moved there whole, so that a half-made one is never opened; what is there is opened again.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { sortCurveFile } from '#shared/analysis/curve-files.ts'
import { Failure } from '#shared/contract/failure.ts'
import { planRuns } from '../curves/plan-runs.ts'
import { storeCurves } from '../curves/store-curves.ts'
import { createDatasetService } from '../datasets/dataset-service.ts'
import { createDatasetStore } from '../store/datasets.ts'
import { createMeasurements } from '../store/measurements.ts'
import { createRunRecords } from '../store/runs.ts'
import { openStore } from '../store/store.ts'
import { createStudyRecords } from '../store/studies.ts'
import { programFolder } from '../version.ts'
import { openFolder, workspaceAt } from '../workspace/folder.ts'
import { exampleMark } from './example-mark.ts'
import { exampleRecipes, exampleSets } from './example-data.ts'
import { storeStudy, type ExampleStudy } from './example-study.ts'

export interface ExampleOptions {
  /** Where the workspace belongs. */
  readonly place: string
  readonly codeVersion: string
  now(): number
}

const files = { study: 'study.json', printed: 'printed-values.json' } as const
const resources = join(programFolder, 'resources', 'example')

/** Two windows may ask at once: the second waits for the first's. */
const building = new Map<string, Promise<string>>()

/**
 * Builds the example, or finds it; returns its folder.
 * Throws `input.invalid` where another folder is in its place, `file.missing` where the program's own files are gone.
 */
export function openExample(options: ExampleOptions): Promise<string> {
  const { place } = options
  if (existsSync(join(place, exampleMark))) return Promise.resolve(place)
  const underWay = building.get(place)
  if (underWay) return underWay
  const work = build(options).finally(() => building.delete(place))
  building.set(place, work)
  return work
}

async function build({ place, codeVersion, now }: ExampleOptions): Promise<string> {
  if (existsSync(place)) {
    throw new Failure({
      code: 'input.invalid',
      message: 'There is a folder in the place of the example that is not the example.',
      input: place,
      remedy: 'Move or rename that folder, then open the example again.',
    })
  }
  const [study, printed] = [bundled(files.study), bundled(files.printed)]
  const scratch = join(dirname(place), `.example-${process.pid}`)
  rmSync(scratch, { recursive: true, force: true })
  mkdirSync(dirname(place), { recursive: true })
  try {
    const folder = openFolder(scratch)
    const store = openStore(folder.database, { backups: null })
    try {
      const stores = {
        ...{ store, records: createRunRecords(store), measurements: createMeasurements(store) },
        studies: createStudyRecords(store),
      }
      const whole = JSON.parse(study.text) as ExampleStudy
      const report = join(workspaceAt(place).reports, `${whole.study.id}.html`)
      storeStudy(whole, { file: files.study, hash: study.hash, workspace: place, report }, stores)
      writeFileSync(join(folder.reports, `${whole.study.id}.html`), whole.report)
      const { set } = sortCurveFile(printed.text, files.printed)
      const source = { file: files.printed, hash: printed.hash, format: 'curves', kind: 'example' } as const
      // Older than the study, which so stands first in every list.
      const before = () => whole.study.started_at - 60_000
      storeCurves(planRuns(set), set, source, new Map(), { ...stores, codeVersion, now: before })
      await makeData(folder, createDatasetStore(store), now)
    } finally {
      store.close()
    }
    writeFileSync(join(scratch, exampleMark), `${JSON.stringify({ study: study.hash, printed: printed.hash })}\n`)
    renameSync(scratch, place)
    return place
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true })
    throw error
  }
}

async function makeData(
  folders: ReturnType<typeof openFolder>,
  store: ReturnType<typeof createDatasetStore>,
  now: () => number,
): Promise<void> {
  const datasets = createDatasetService({ folders, store, now, changed: () => undefined })
  try {
    for (const set of exampleSets) {
      const { dataset } = await datasets.generateLab(set)
      for (const recipe of exampleRecipes(set.set, dataset.id)) await datasets.subsets.create(recipe)
    }
  } finally {
    await datasets.close()
  }
}

function bundled(name: string): { text: string; hash: string } {
  const path = join(resources, name)
  try {
    const text = readFileSync(path, 'utf8')
    return { text, hash: createHash('sha256').update(text).digest('hex') }
  } catch (cause) {
    throw new Failure(
      {
        code: 'file.missing',
        message: 'The bundled example is not there.',
        input: path,
        remedy: 'Install or check out Switchpoint again.',
      },
      { cause },
    )
  }
}
