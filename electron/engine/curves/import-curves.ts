/**
 * Curve files become runs beside those that were trained here. A file is known again by its bytes: what it brought and is
 * still here is not brought twice.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type * as z from 'zod'
import { sortCurveFile } from '#shared/analysis/curve-files.ts'
import type { CurveImport, ImportedCurve, RunOrigin } from '#shared/contract/curves.ts'
import { Failure } from '#shared/contract/failure.ts'
import { assertUnchanged, unreadable, type LocalFile } from '../datasets/local-file.ts'
import type { Notices } from '../notices.ts'
import { planRuns, type PlannedCurve } from './plan-runs.ts'
import { storeCurves, type CurveSource, type StoreCurvesDeps } from './store-curves.ts'

export interface CurveImports {
  /** Throws what reading throws, and `input.empty` where no curve of the file can be used. */
  import(file: LocalFile): Promise<CurveImport>
}

export interface CurveImportDeps extends StoreCurvesDeps {
  readonly notices: Notices
}

/** Curves are read whole: 37 of them are a quarter of a megabyte. */
const mostBytes = 64 * 2 ** 20
const mostListed = 1_000

export function createCurveImports(deps: CurveImportDeps): CurveImports {
  const { records, notices } = deps

  /** Living runs of a file, by curve. */
  function knownOf(hash: string): Map<string, string> {
    const known = new Map<string, string>()
    for (const run of records.imported()) {
      const origin = JSON.parse(run.origin!) as RunOrigin
      if (origin.hash === hash) known.set(origin.curve, run.id)
    }
    return known
  }

  return {
    async import(file) {
      const bytes = await bytesOf(file)
      const hash = createHash('sha256').update(bytes).digest('hex')
      const text = textOf(bytes, file)
      const { set, rejected } = sortCurveFile(text, file.name)
      const plan = planRuns(set)
      const known = knownOf(hash)
      const source: CurveSource = { file: file.name, hash, format: 'curves', kind: 'imported' }
      const runs = storeCurves(plan, set, source, known, deps)
      const listed = plan.map((planned) => listedRun(planned, runs, known))
      for (const { id, already } of listed) if (!already) notices.changed('runs', id)
      return {
        ...{ file: file.name, format: source.format, runs: listed },
        already: listed.filter((run) => run.already).length,
        rejected: rejected.slice(0, mostListed),
        rejectedCurves: rejected.length,
        remarks: remarksOf(plan),
        keys: { mapped: {}, kept: [] },
      }
    },
  }
}

function listedRun(
  { curve, parent, parentStep, points }: PlannedCurve,
  runs: ReadonlyMap<string, string>,
  known: ReadonlyMap<string, string>,
): z.infer<typeof ImportedCurve> {
  const above = parent === null ? null : (runs.get(parent) ?? null)
  return {
    ...{ id: runs.get(curve.id)!, curve: curve.id, name: curve.id, dataset: curve.dataset, stage: curve.stage },
    ...{ parent: above, parentStep: above === null ? null : parentStep },
    ...{ points: points.length, already: known.has(curve.id) },
  }
}

/** Each remark once, with the curves that it is about. */
function remarksOf(plan: readonly PlannedCurve[]): string[] {
  const about = new Map<string, string[]>()
  for (const { curve, remarks } of plan)
    for (const text of remarks) about.set(text, [...(about.get(text) ?? []), curve.id])
  return [...about].map(([text, curves]) => {
    const [first] = curves
    return curves.length === plan.length && plan.length > 1 ? text : `${text} (${first}${moreOf(curves.length - 1)})`
  })
}

const moreOf = (n: number): string => (n === 0 ? '' : ` and ${n} more`)

async function bytesOf(file: LocalFile): Promise<Buffer> {
  if (file.bytes > mostBytes) {
    throw new Failure({
      code: 'input.invalid',
      message: `The file has ${Math.round(file.bytes / 1e6)} MB; a curve file has at most ${mostBytes >> 20}.`,
      input: file.name,
      remedy: 'Leave out what is no evaluation, or import trajectories as a dataset.',
    })
  }
  const bytes = await readFile(file.path).catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(file.name, cause)
  })
  await assertUnchanged(file)
  return bytes
}

function textOf(bytes: Buffer, file: LocalFile): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new Failure(
      {
        code: 'input.invalid',
        message: 'The file is not text in UTF-8.',
        input: file.name,
        remedy: 'Save it as JSON or CSV in UTF-8.',
      },
      { cause },
    )
  }
}
