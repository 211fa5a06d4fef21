/**
 * Any file, as one relation that DuckDB can read: `(line, t)` with a row's JSON text in `t`, or a mark and the reason why the
 * line cannot be one. `line` is null where it is the row's place in the relation. Clean JSONL and Parquet are read where they
 * lie; all else is first written, one row a line, into the scratch folder.
 */
import { copyFile, link, open, symlink } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { Failure } from '#shared/contract/failure.ts'
import { sqlName, sqlText, type Duck } from '../duck.ts'
import { assertUnchanged, type LocalFile } from '../local-file.ts'
import { writeFileWith, type WriteBlock } from './block-writer.ts'
import { csvRecords, type CsvRecord } from './csv-records.ts'
import type { FileFormat } from './format.ts'
import { jsonElements } from './json-elements.ts'
import { readBytes, type ReadOptions } from './read-bytes.ts'
import { columnSplit, mark, scanLines } from './scan-lines.ts'

export interface Prepared {
  /** A SELECT of (line BIGINT or null, t VARCHAR), in the file's order. */
  readonly sql: string
  /** Rows of it, where they were counted. */
  readonly rows: number | null
  /** The last line has no newline: if it is no JSON, it was torn. */
  readonly open: boolean
  /** Why the rest of the file is lost, where it is. */
  readonly lost: string | null
}

export interface PrepareOptions extends ReadOptions {
  readonly duck: Duck
  /** An existing folder for what has to be written. */
  readonly folder: string
  /** Top-level columns that are needed, for Parquet; absent: all. */
  readonly columns?: readonly string[]
  /** Read no more than about this many bytes of text (a look at the beginning). */
  readonly headBytes?: number
}

/** Throws `file.unreadable`, `workspace.full`, `dataset.column_missing`, `input.invalid`, `cancelled`. */
export async function prepare(
  file: LocalFile,
  { format, compression }: FileFormat,
  options: PrepareOptions,
): Promise<Prepared> {
  if (format === 'parquet') return prepareParquet(file, options)
  let lost: string | null = null
  const pieces = async function* (): AsyncGenerator<Buffer, void, void> {
    const source = readBytes(file, compression, options)
    let seen = 0
    for (;;) {
      const next = await source.next()
      if (next.done) {
        lost = next.value
        return
      }
      yield next.value
      seen += next.value.length
      if (options.headBytes !== undefined && seen >= options.headBytes) {
        await source.return(null)
        return
      }
    }
  }
  if (format === 'jsonl') {
    if (compression === 'none' && options.headBytes === undefined) {
      const scan = await scanLines(pieces())
      if (!scan.dirty) {
        await assertUnchanged(file)
        return {
          sql: linesSql(await plainName(file, options.folder), scan.longest),
          rows: scan.lines,
          open: scan.open,
          lost: null,
        }
      }
    }
    const copy = join(options.folder, 'lines.jsonl')
    const scan = await writeFileWith(copy, (write) => scanLines(pieces(), write))
    return { sql: linesSql(copy, scan.longest), rows: scan.lines, open: scan.open, lost }
  }
  const copy = join(options.folder, 'rows.jsonl')
  const { rows, longest } = await writeFileWith(copy, (write) =>
    writeRows(format === 'json' ? arrayRows(pieces()) : csvRows(pieces()), write),
  )
  return { sql: numberedSql(copy, longest), rows, open: false, lost }
}

export interface NumberedRow {
  readonly line: number
  /** JSON on one line, or a mark and the reason. */
  readonly text: string | Buffer
}

async function* arrayRows(pieces: AsyncGenerator<Buffer, void, void>): AsyncGenerator<NumberedRow, void, void> {
  for await (const { line, text } of jsonElements(pieces))
    yield { line, text: 'problem' in text ? `${mark}${text.problem}` : text }
}

async function* csvRows(pieces: AsyncGenerator<Buffer, void, void>): AsyncGenerator<NumberedRow, void, void> {
  let header: readonly string[] | undefined
  for await (const { line, fields } of csvRecords(pieces)) {
    if (header) yield { line, text: csvText(header, fields) }
    else if ('problem' in fields) throw badHeader(line, fields.problem)
    else header = fields.map((name) => name.trim())
  }
}

function csvText(header: readonly string[], fields: CsvRecord['fields']): string {
  if ('problem' in fields) return `${mark}${fields.problem}`
  if (fields.length !== header.length) return `${mark}${fields.length} fields where the header has ${header.length}`
  return JSON.stringify(Object.fromEntries(header.map((name, i) => [name, fields[i]])))
}

const badHeader = (line: number, problem: string) =>
  new Failure({
    code: 'input.invalid',
    message: `The header cannot be read: ${problem}.`,
    input: `line ${line}`,
    remedy: 'Put the names of the columns in the first line, as UTF-8.',
  })

/** Rows made from others, as a relation of their own. `name`: of the file in `folder`. */
export async function preparedRows(
  rows: AsyncGenerator<NumberedRow, void, void>,
  folder: string,
  name: string,
): Promise<Pick<Prepared, 'sql' | 'rows'>> {
  const copy = join(folder, name)
  const written = await writeFileWith(copy, (write) => writeRows(rows, write))
  return { sql: numberedSql(copy, written.longest), rows: written.rows }
}

async function writeRows(rows: AsyncGenerator<NumberedRow, void, void>, write: WriteBlock) {
  let count = 0
  let longest = 0
  for await (const { line, text } of rows) {
    const row = Buffer.concat([
      Buffer.from(`${line}${columnSplit}`),
      typeof text === 'string' ? Buffer.from(text) : text,
      Buffer.from('\n'),
    ])
    count++
    longest = Math.max(longest, row.length)
    await write(row)
  }
  return { rows: count, longest }
}

const leastLineSize = 2 << 20
const leastBuffer = 32 << 20

/** Lines of text, whatever is in them: no quotes, no escapes, and a column separator that no kept line holds. */
function csvOptions(columns: string, longest: number): string {
  const lineSize = Math.max(leastLineSize, longest + 64)
  // DuckDB's own choice would be 16 lines of the longest kind a buffer: a quarter of a gigabyte for one long line.
  const buffer = Math.max(leastBuffer, 2 * lineSize)
  return (
    `columns = {${columns}}, header = false, auto_detect = false, delim = '${columnSplit}', quote = '', escape = '', ` +
    `new_line = '\\n', strict_mode = false, compression = 'none', max_line_size = ${lineSize}, buffer_size = ${buffer}`
  )
}

const linesSql = (path: string, longest: number) =>
  `SELECT NULL::BIGINT AS line, t FROM read_csv(${sqlText(path)}, ${csvOptions(`'t': 'VARCHAR'`, longest)})`

const numberedSql = (path: string, longest: number) =>
  `SELECT line, t FROM read_csv(${sqlText(path)}, ${csvOptions(`'line': 'BIGINT', 't': 'VARCHAR'`, longest)})`

async function prepareParquet(file: LocalFile, options: PrepareOptions): Promise<Prepared> {
  const path = await plainName(file, options.folder)
  const found = await parquetColumns(options.duck, file, path)
  for (const column of options.columns ?? [])
    if (!found.some(({ name }) => name === column)) throw columnMissing(file, column, found)
  const columns = options.columns ?? found.map(({ name }) => name)
  const fields = columns.map((name) => `${sqlText(name)}: ${sqlName(name)}`).join(', ')
  const limit = options.headBytes === undefined ? '' : ' LIMIT 200'
  return {
    sql: `SELECT NULL::BIGINT AS line, to_json({${fields}})::VARCHAR AS t FROM read_parquet(${sqlText(path)})${limit}`,
    rows: null,
    open: false,
    lost: null,
  }
}

export interface ParquetColumn {
  readonly name: string
  readonly type: string
}

async function parquetColumns(duck: Duck, file: LocalFile, path: string): Promise<ParquetColumn[]> {
  try {
    const rows = await duck.rows<{ column_name: string; column_type: string }>(
      `DESCRIBE SELECT * FROM read_parquet(${sqlText(path)})`,
    )
    return rows.map(({ column_name: name, column_type: type }) => ({ name, type }))
  } catch (cause) {
    throw new Failure(
      {
        code: 'file.unreadable',
        message: `The Parquet file cannot be read: ${(cause as Error).message.split('\n')[0]}`,
        input: file.name,
        remedy: 'It may be cut off; copy it again.',
      },
      { cause },
    )
  }
}

const columnMissing = (file: LocalFile, column: string, found: readonly ParquetColumn[]) =>
  new Failure({
    code: 'dataset.column_missing',
    message: `There is no column "${column}".`,
    input: file.name,
    remedy: `Choose among: ${found.map(({ name }) => name).join(', ')}.`,
  })

/** DuckDB takes `*`, `?`, `[` in a path for a pattern; such a file gets a plain name in the scratch folder. */
async function plainName(file: LocalFile, folder: string): Promise<string> {
  if (!/[*?[\]{}]/.test(file.path)) return file.path
  const plain = join(folder, `input${extname(file.name).replaceAll(/[^.a-z0-9]/gi, '')}`)
  await symlink(file.path, plain).catch(() => link(file.path, plain).catch(() => copyFile(file.path, plain)))
  await (await open(plain)).close()
  return plain
}
