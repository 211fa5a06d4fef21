/**
 * Curves as a table: `dataset,run,parent,parent_step,stage,step,flops,metric,value`, a row a measurement. FLOPs count
 * since the stage began; a column named `flops_e18` says its unit, plain `flops` is in FLOPs. Metrics: `overall`,
 * `val_loss`, anything else is a benchmark.
 */
import { Failure } from '#shared/contract/failure.ts'
import { CurveRefusal, orRefused, throwRefusal, type OnRefusal } from './curve-refusal.ts'

export const csvColumns = [
  'dataset',
  'run',
  'parent',
  'parent_step',
  'stage',
  'step',
  'flops',
  'metric',
  'value',
] as const
type Column = (typeof csvColumns)[number]

export interface CsvPoint {
  flops: number
  step: number | null
  line: number
  readonly values: Map<string, number>
}

export interface CsvRun {
  readonly id: string
  readonly dataset: string
  readonly stage: string
  readonly parent: string | null
  readonly parentStep: number | null
  /** Line of its first row. */
  readonly line: number
  readonly points: CsvPoint[]
}

/**
 * Rows of a CSV text by run, points in order of compute.
 * Throws `input.invalid` (line and field named) for a missing column, a number that is none, a run that changes its
 * dataset, stage or parent, or a measurement given twice; `input.empty` for no rows. With an `onRefusal` that does not throw
 * a run with such a row is left out as a whole, and the others go on.
 */
export function readCsvRuns(
  text: string,
  file: string,
  onRefusal: OnRefusal = throwRefusal,
): { runs: CsvRun[]; flopsUnit: number } {
  const rows = csvRows(text, file)
  const header = rows.shift()
  if (!header)
    throw new Failure({ code: 'input.empty', message: 'The file is empty.', input: file, remedy: columnsRemedy })
  const names = header.cells.map((cell) => cell.trim().toLowerCase())
  const inExa = names.includes('flops_e18')
  const at = (column: Column): number => names.indexOf(column === 'flops' && inExa ? 'flops_e18' : column)
  const missing = csvColumns.filter((column) => at(column) < 0)
  if (missing.length > 0) {
    throw new Failure({
      code: 'input.invalid',
      message: `The header lacks ${missing.join(', ')}.`,
      input: `${file}:${header.line}`,
      remedy: columnsRemedy,
    })
  }

  const runs = new Map<string, CsvRun>()
  const refused = new Set<string>()

  function takeRow({ line, cells }: CsvRow): void {
    const cell = (column: Column): string => (cells[at(column)] ?? '').trim()
    const refuse = (column: Column, message: string): never => {
      throw new CurveRefusal(
        { file, line, field: column, curve: cell('run') || null },
        message,
        'Correct that row, or leave it out.',
      )
    }
    const text = (column: Column): string => cell(column) || refuse(column, 'The field is empty.')
    const number = (column: Column, value = cell(column)): number => {
      const parsed = value === '' ? Number.NaN : Number(value)
      return Number.isFinite(parsed) ? parsed : refuse(column, `"${value}" is not a number.`)
    }
    const optional = (column: Column): number | null => (cell(column) === '' ? null : number(column))

    const id = text('run')
    if (refused.has(id)) return
    const known = runs.get(id)
    const run: CsvRun = known ?? {
      id,
      dataset: text('dataset'),
      stage: text('stage').toLowerCase(),
      parent: cell('parent') || null,
      parentStep: optional('parent_step'),
      line,
      points: [],
    }
    if (known) {
      if (text('dataset') !== run.dataset)
        refuse('dataset', `Run "${id}" was of dataset "${run.dataset}" in line ${run.line}.`)
      if (text('stage').toLowerCase() !== run.stage)
        refuse('stage', `Run "${id}" was of stage "${run.stage}" in line ${run.line}.`)
      if ((cell('parent') || null) !== run.parent)
        refuse('parent', `Run "${id}" had parent "${run.parent ?? ''}" in line ${run.line}.`)
      if (optional('parent_step') !== run.parentStep)
        refuse('parent_step', `Run "${id}" had another parent step in line ${run.line}.`)
    } else runs.set(id, run)

    const flops = number('flops')
    if (flops < 0) refuse('flops', `Compute cannot be ${flops}.`)
    const metric = text('metric')
    let point = run.points.find((p) => p.flops === flops)
    if (!point) {
      point = { flops, step: optional('step'), line, values: new Map() }
      run.points.push(point)
    }
    if (point.values.has(metric))
      refuse('metric', `Run "${id}" already has "${metric}" at this compute (line ${point.line}).`)
    point.values.set(metric, number('value'))
  }

  for (const row of rows) {
    orRefused(
      () => takeRow(row),
      (refusal) => {
        if (refusal.curve !== null) refused.add(refusal.curve)
        onRefusal(refusal)
      },
    )
  }
  for (const id of refused) runs.delete(id)
  if (rows.length === 0) {
    throw new Failure({
      code: 'input.empty',
      message: 'The file has a header and no rows.',
      input: file,
      remedy: columnsRemedy,
    })
  }
  for (const run of runs.values()) run.points.sort((a, b) => a.flops - b.flops)
  return { runs: [...runs.values()], flopsUnit: inExa ? 1e18 : 1 }
}

const columnsRemedy = `A curve table has the columns ${csvColumns.join(',')} (flops_e18 instead of flops for units of 1e18).`

interface CsvRow {
  readonly line: number
  readonly cells: readonly string[]
}

/** RFC 4180: quotes, doubled quotes, commas and line ends inside quotes; empty lines are skipped. */
function csvRows(text: string, file: string): CsvRow[] {
  const rows: CsvRow[] = []
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text
  let line = 1
  let start = 1
  let cells: string[] = []
  let cell = ''
  let quoted = false
  const endRow = () => {
    cells.push(cell)
    if (cells.length > 1 || cells[0] !== '') rows.push({ line: start, cells })
    cells = []
    cell = ''
  }
  for (let i = 0; i < body.length; i++) {
    const c = body[i]!
    if (c === '\n') line++
    if (quoted) {
      if (c !== '"') cell += c
      else if (body[i + 1] === '"') cell += body[++i]!
      else quoted = false
    } else if (c === '"' && cell === '') quoted = true
    else if (c === ',') {
      cells.push(cell)
      cell = ''
    } else if (c === '\n') {
      if (cell.endsWith('\r')) cell = cell.slice(0, -1)
      endRow()
      start = line
    } else cell += c
  }
  if (quoted) {
    throw new Failure({
      code: 'input.invalid',
      message: 'A quote is never closed.',
      input: `${file}:${start}`,
      remedy: 'Close it, or double quotes inside a field.',
    })
  }
  if (cell !== '' || cells.length > 0) endRow()
  return rows
}
