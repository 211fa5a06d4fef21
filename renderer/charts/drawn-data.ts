/** The points that an option draws, as a table: for charts that bring none of their own. */
import type { ChartTable } from './chart-table.ts'
import type { ChartOption } from './chart-theme.ts'

interface DrawnSeries {
  readonly name?: unknown
  readonly type?: unknown
  readonly data?: unknown
}
type Point = readonly (string | number)[]

const asPoint = (entry: unknown, at: number): Point | null => {
  const value =
    typeof entry === 'object' && entry !== null && 'value' in entry ? (entry as { value: unknown }).value : entry
  const isScalar = (one: unknown): one is string | number => typeof one === 'string' || typeof one === 'number'
  if (Array.isArray(value)) return value.every(isScalar) ? (value as Point) : null
  return isScalar(value) ? [at, value] : null
}

/** Rows of (series, x, y, further values), series in the order they are drawn; those without points are left out. */
export function drawnData(option: ChartOption): ChartTable {
  const list = (Array.isArray(option.series) ? option.series : [option.series]) as readonly (DrawnSeries | undefined)[]
  const rows = list.flatMap((series, number) => {
    const data = Array.isArray(series?.data) ? (series.data as readonly unknown[]) : []
    const name = typeof series?.name === 'string' && series.name !== '' ? series.name : `series ${number + 1}`
    return data.flatMap((entry, at) => {
      const point = asPoint(entry, at)
      return point === null ? [] : [[name, ...point]]
    })
  })
  const width = Math.max(3, ...rows.map((row) => row.length))
  const columns = ['series', 'x', 'y', ...Array.from({ length: width - 3 }, (_, at) => `value ${at + 3}`)]
  return { columns, rows: rows.map((row) => [...row, ...Array<string>(width - row.length).fill('')]) }
}
