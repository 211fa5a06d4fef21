/** Columns of a DataTable, and how rows held in memory are sorted. */
export interface Column<Row> {
  readonly id: string
  readonly title: string
  /** CSS grid track: `80px`, `minmax(160px, 2fr)`. */
  readonly width: string
  readonly align?: 'right'
  /** Ids, numbers, samples: the mono face. */
  readonly mono?: boolean
  /** What the cell says; a slot `cell-ID` may show more. */
  readonly text: (row: Row) => string
  /** What rows in memory are sorted by; absent: the column does not sort. Where rows come in pages any value marks it sortable. */
  readonly sortBy?: (row: Row) => string | number | null
  /** Longer words for the header. */
  readonly about?: string
}

export interface Sort {
  readonly column: string
  readonly descending: boolean
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

/** Stable; rows without a value come last whichever way. */
export function sorted<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort: Sort | null): readonly Row[] {
  const by = columns.find(({ id }) => id === sort?.column)?.sortBy
  if (!by || !sort) return rows
  const sign = sort.descending ? -1 : 1
  return rows
    .map((row) => ({ row, value: by(row) }))
    .sort(({ value: a }, { value: b }) => {
      if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
      return sign * (typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b)))
    })
    .map(({ row }) => row)
}

/** Next sort on a click: ascending, descending, then as it came. */
export function nextSort(sort: Sort | null, column: string): Sort | null {
  if (sort?.column !== column) return { column, descending: false }
  return sort.descending ? null : { column, descending: true }
}
