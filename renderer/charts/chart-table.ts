/** The numbers behind a chart, as a table: for screen readers, for reading exactly, for copying and for files. */
export interface ChartTable {
  /** With the unit that `value` is in. */
  readonly columns: readonly string[]
  readonly rows: readonly (readonly ChartCell[])[]
}

/** A cell that reads otherwise than it is kept: `2.40 PFLOP` and 2.4e15; null is written as nothing. */
export interface ExactCell {
  readonly text: string
  readonly value: string | number | null
}
export type ChartCell = string | number | ExactCell

export const exact = (text: string, value: ExactCell['value']): ExactCell => ({ text, value })
export const cellText = (cell: ChartCell): string => (typeof cell === 'object' ? cell.text : String(cell))
export const cellValue = (cell: ChartCell): ExactCell['value'] => (typeof cell === 'object' ? cell.value : cell)

/** Tab-separated, as spreadsheets paste it. Tabs and line breaks inside a cell become spaces. */
export const tableText = ({ columns, rows }: ChartTable): string =>
  [columns, ...rows]
    .map((cells) => cells.map((cell) => cellText(cell).replace(/[\t\r\n]+/g, ' ')).join('\t'))
    .join('\n')
