/** Writes rows as JSONL, with a data card beside it. The file appears whole or not at all. */
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join } from 'node:path'
import type { Dataset, RecipeCounts, Subset } from '#shared/contract/datasets.ts'
import { Failure } from '#shared/contract/failure.ts'
import { asFailure, sqlName, sqlText, type Duck, type QueryOptions } from '../duck.ts'
import { unreadable } from '../local-file.ts'
import { cardMarkdown, cardOf } from './data-card.ts'
import { exportForm } from './export-form.ts'

export interface ExportRequest {
  readonly dataset: Dataset
  readonly subset: Subset | null
  readonly counts: RecipeCounts | null
  /** SQL of (position, prompt, trajectory, answer, source) and, for a subset, split. */
  readonly sql: string
  /** A full path; null: a name of ours in `exports`. */
  readonly path: string | null
  readonly exports: string
}

/** Throws `input.invalid` for a path that cannot be one, `file.unreadable`, `workspace.full`, `cancelled`. */
export async function exportRows(
  duck: Duck,
  request: ExportRequest,
  options: QueryOptions = {},
): Promise<{ path: string; rows: number }> {
  const { dataset, subset, counts } = request
  const path = request.path === null ? await freeName(request) : await chosen(request.path)
  const form = exportForm(dataset.task)
  const rows = subset?.rows ?? dataset.rows
  const hasTrajectories = dataset.mapping?.trajectory !== undefined || dataset.mapping === null
  const fields = [`prompt AS ${sqlName(form.prompt)}`]
  if (hasTrajectories) fields.push(`trajectory AS ${sqlName(form.trajectory)}`)
  if (form.answer !== undefined) fields.push(`answer AS ${sqlName(form.answer)}`)
  if (dataset.mapping?.source !== undefined) fields.push('source')
  if (subset) fields.push('split')
  const part = `${path}.part`
  try {
    await duck.run(
      `COPY (SELECT ${fields.join(', ')} FROM (${request.sql}) ORDER BY position) TO ${sqlText(part)} (FORMAT json)`,
      options,
    )
    const card = cardOf({ dataset, subset, counts, form, file: basename(path), rows })
    const stem = path.replace(/\.(jsonl|json)$/i, '')
    await writeFile(`${stem}.card.json`, `${JSON.stringify(card, null, 2)}\n`)
    await writeFile(`${stem}.card.md`, cardMarkdown(card))
    await rename(part, path)
  } catch (error) {
    await rm(part, { force: true })
    throw asFailure(error)
  }
  return { path, rows }
}

async function chosen(path: string): Promise<string> {
  if (!isAbsolute(path) || path.includes('\0'))
    throw refuse(path, 'The path is not a full one.', 'Give the whole path, from the root on.')
  const folder = await stat(dirname(path)).catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(dirname(path), cause)
  })
  if (!folder.isDirectory()) throw refuse(path, 'Its folder is a file.', 'Choose another folder.')
  const there = await stat(path).catch(() => null)
  if (there && !there.isFile())
    throw refuse(path, 'This is no file that could be written over.', 'Choose another name.')
  return path
}

/** `hard-102k-v2.jsonl`; a number is added rather than anything written over. */
async function freeName({ dataset, subset, exports }: ExportRequest): Promise<string> {
  const { name, version } = subset ?? dataset
  const stem = `${name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+/, '') || 'rows'}-v${version}`
  for (let i = 1; ; i++) {
    const path = join(exports, `${stem}${i === 1 ? '' : `-${i}`}.jsonl`)
    if (!(await stat(path).catch(() => null))) return path
  }
}

const refuse = (input: string, message: string, remedy: string) =>
  new Failure({ code: 'input.invalid', message, input, remedy })
