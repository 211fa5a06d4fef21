/** What a file looks like before it is imported: its first rows, its fields, which of them the mapping may be, which task. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import type { ColumnMapping, Dataset, Inspection } from '#shared/contract/datasets.ts'
import type { Duck } from '../duck.ts'
import { formatOf, type FileFormat } from '../files/format.ts'
import { prepare } from '../files/prepare.ts'
import { mark } from '../files/scan-lines.ts'
import { valueAt } from '../import/field-path.ts'
import type { LocalFile } from '../local-file.ts'
import { columnsOf, exampleOf, isMessages, type Column, type JsonRow } from './columns.ts'
import { guessMapping } from './mapping-guess.ts'
import { taskOf, type SampleRow } from './task-guess.ts'

const headBytes = 4 << 20
const sampleRows = 200
const previewRows = 20

export interface Look {
  readonly format: FileFormat
  readonly columns: readonly Column[]
  readonly rows: readonly JsonRow[]
  readonly guess: Inspection['guess']
}

/** The first 200 rows that can be read. Throws what `formatOf` and `prepare` throw. */
export async function lookInto(duck: Duck, file: LocalFile, scratch: string, signal?: AbortSignal): Promise<Look> {
  const format = await formatOf(file)
  const folder = join(scratch, `look-${randomUUID()}`)
  await mkdir(folder, { recursive: true })
  try {
    const { sql } = await prepare(file, format, { duck, folder, headBytes, signal })
    const lines = await duck.rows<{ t: string | null }>(`SELECT t FROM (${sql}) LIMIT ${sampleRows}`, { signal })
    const rows = lines.flatMap(({ t }) => parsed(t))
    const columns = columnsOf(rows)
    return { format, columns, rows, guess: guessMapping(columns, rows) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function parsed(text: string | null): JsonRow[] {
  if (text === null || text.startsWith(mark)) return []
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? [value as JsonRow] : []
  } catch {
    return []
  }
}

/** The task of a file under a mapping. */
export function taskUnder(
  mapping: Pick<ColumnMapping, 'prompt' | 'trajectory' | 'answer'>,
  rows: readonly JsonRow[],
): Dataset['task'] {
  const samples = rows.flatMap((row): SampleRow[] => {
    const prompt = textAt(row, mapping.prompt, /^(user|human)$/i)
    const trajectory =
      mapping.trajectory === undefined ? '' : textAt(row, mapping.trajectory, /^(assistant|gpt|model)$/i)
    return prompt === undefined || trajectory === undefined ? [] : [{ prompt, trajectory }]
  })
  return taskOf(samples, mapping.answer !== undefined)
}

function textAt(row: JsonRow, path: string, role: RegExp): string | undefined {
  const value = valueAt(row, path)
  if (!Array.isArray(value) || !isMessages(value)) return typeof value === 'string' ? value : undefined
  const said = (value as JsonRow[]).find((entry) => role.test(String(entry['role'] ?? entry['from'])))
  const text = said?.['content'] ?? said?.['value']
  return typeof text === 'string' ? text : undefined
}

export async function inspectFile(duck: Duck, file: LocalFile, scratch: string): Promise<Inspection> {
  const { format, columns, rows, guess } = await lookInto(duck, file, scratch)
  const { prompt, ...rest } = guess
  return {
    path: file.path,
    bytes: file.bytes,
    format: format.format,
    columns: [...columns],
    guess,
    task: prompt === undefined ? 'text' : taskUnder({ prompt, ...rest }, rows),
    preview: rows
      .slice(0, previewRows)
      .map((row) => Object.fromEntries(columns.map(({ name }) => [name, shown(valueAt(row, name))]))),
  }
}

const shown = (value: unknown) => (value === undefined || value === null ? '' : exampleOf(value))

/** `train.jsonl.gz` in a folder `gsm8k` becomes `gsm8k/train`: such a name alone says nothing. */
export function nameFromFile(file: LocalFile): string {
  const name = file.name.replace(/(\.(jsonl|ndjson|json|csv|tsv|parquet|gz|gzip|zst|zstd))+$/i, '') || file.name
  const isCommon = /^(train|test|val|valid|validation|dev|data|dataset|default)([-_.]?\d+([-_]of[-_]\d+)?)?$/i.test(
    name,
  )
  return (isCommon && file.folder !== '' ? `${file.folder}/${name}` : name).slice(0, 120)
}

/** For messages about fields that are not there. */
export const columnNames = (columns: readonly Column[]): string[] => columns.map(({ name }) => name)
