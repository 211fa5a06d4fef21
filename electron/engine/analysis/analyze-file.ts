/** `analyze FILE`: curves in, ceilings out, on all cores. Needs no workspace and no engine. */
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { analyzeCurves, branchTasks, documentOf, type AnalyzeOptions } from '#shared/analysis/analyze.ts'
import { groupNames } from '#shared/analysis/aggregate.ts'
import { readCurveFile } from '#shared/analysis/curve-files.ts'
import type { AnalyzeDocument, CurveSet } from '#shared/analysis/types.ts'
import { Failure } from '#shared/contract/failure.ts'
import { analyzeInThreads } from './analyze-threads.ts'

export interface AnalyzeFileOptions extends Pick<AnalyzeOptions, 'metric' | 'holdout'> {
  readonly threads?: number
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

/** What was read and what came of it. */
export interface FileAnalysis {
  readonly set: CurveSet
  readonly document: AnalyzeDocument
}

/** Fewer branches than this are done before another thread has started. */
const worthThreads = 4

/**
 * Throws `file.missing`, `file.unreadable`, `input.invalid` (file, line and field named), `input.empty` for a file without a
 * branch that can be analysed, `cancelled`.
 */
export async function analyzeFile(path: string, options: AnalyzeFileOptions = {}): Promise<FileAnalysis> {
  const set = readCurveFile(textOf(path), path)
  const { metric, holdout = null, threads = availableParallelism(), onProgress, signal } = options
  checkMetric(set, metric, path)
  const asked: AnalyzeOptions = { ...(metric !== undefined && { metric }), ...(holdout !== null && { holdout }) }
  const tasks = branchTasks(set, asked)
  if (tasks.length === 0) throw noBranch(set, asked, path)
  const analyses = await analyzeInThreads(tasks, tasks.length < worthThreads ? 0 : threads, { onProgress, signal })
  return { set, document: documentOf(set, analyses, asked) }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const remedy = 'Give a curve file: JSON or CSV as docs/commands.md describes them under "Curve files".'
    throw code === 'ENOENT'
      ? new Failure({ code: 'file.missing', message: 'There is no such curve file.', input: path, remedy })
      : new Failure({ code: 'file.unreadable', message: `The file cannot be read: ${message}`, input: path, remedy })
  }
}

/** A typing error must not read as "no branch has that score". */
function checkMetric(set: CurveSet, metric: string | undefined, path: string): void {
  if (metric === undefined || metric === 'overall' || groupNames.includes(metric)) return
  const known = new Set(set.curves.flatMap(({ points }) => points.flatMap(({ scores }) => Object.keys(scores))))
  if (known.has(metric)) return
  throw new Failure({
    code: 'input.invalid',
    message: `The file holds no scores of "${metric}".`,
    input: path,
    remedy: `Choose one of: ${['overall', ...known, ...groupNames].join(', ')}.`,
  })
}

function noBranch(set: CurveSet, asked: AnalyzeOptions, path: string): Failure {
  const [first] = analyzeCurves(set, asked).datasets.flatMap(({ leftOut }) => leftOut)
  return new Failure({
    code: 'input.empty',
    message: first
      ? `No branch of the file can be analysed; ${first.id}: ${first.why}`
      : 'The file holds no curve of stage rl or synchronized: there is no ceiling to find.',
    input: path,
    remedy: 'Add branches: curves of stage rl, each with the score of its checkpoint (P_sft, or a point at 0 FLOPs).',
  })
}
