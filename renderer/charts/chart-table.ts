/** The numbers behind a chart, as a table: for screen readers, for reading exactly, for copying. */
export interface ChartTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
}

/** Tab-separated, as spreadsheets paste it. Tabs and line breaks inside a cell become spaces. */
export const tableText = ({ columns, rows }: ChartTable): string =>
  [columns, ...rows].map((cells) => cells.map((cell) => String(cell).replace(/[\t\r\n]+/g, ' ')).join('\t')).join('\n')
