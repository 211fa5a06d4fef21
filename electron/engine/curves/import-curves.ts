/**
 * Curve files and logs of other trainers become runs beside those that were trained here. A file is known again by its bytes: what it brought and is
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
import { logCurve } from './logs/log-curve.ts'
import { readLog } from './logs/read-log.ts'
import type { TrainerLog } from './logs/trainer-log.ts'
import { planRuns, type PlannedCurve } from './plan-runs.ts'
import { storeLog } from './store-log.ts'
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

  function importLog(log: TrainerLog, file: LocalFile, hash: string, known: ReadonlyMap<string, string>): CurveImport {
    const curve = logCurve(log)
    const [there] = known
    const source: CurveSource = { file: file.name, hash, format: log.format, kind: 'imported' }
    const id = there?.[1] ?? storeLog(curve, source, deps)
    if (!there) notices.changed('runs', id)
    const { name, data } = records.byId(id)!
    return {
      ...{ file: file.name, format: log.format, remarks: [...curve.remarks] },
      runs: [
        {
          ...{ id, curve: there?.[0] ?? name, name, dataset: data, stage: curve.stage, parent: null, parentStep: null },
          ...{ points: curve.points.length, already: there !== undefined },
        },
      ],
      already: there ? 1 : 0,
      rejected: log.badLines.slice(0, mostListed).map(({ line, reason }) => ({
        ...{ curve: null, file: file.name, line, field: 'line', reason },
        remedy: 'Nothing is to be done where the log was cut off there.',
      })),
      rejectedCurves: log.badLines.length,
      keys: { mapped: { ...curve.mapped }, kept: [...curve.kept] },
    }
  }

  return {
    async import(file) {
      const bytes = await bytesOf(file)
      const hash = createHash('sha256').update(bytes).digest('hex')
      const text = textOf(bytes, file)
      const known = knownOf(hash)
      const log = readLog(text)
      if (log !== null) return importLog(log, file, hash, known)
      const { set, rejected } = sortCurveFile(text, file.name)
      const plan = planRuns(set)
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
