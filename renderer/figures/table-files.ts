/** A chart's numbers as files: CSV (RFC 4180, unrounded) and a LaTeX table (booktabs, as the window writes the numbers). */
import { cellText, cellValue, type ChartTable } from '../charts/chart-table.ts'
import { fileStem, type FigureTable } from './figure.ts'

const quoted = (value: string | number | null): string => {
  const text = value === null ? '' : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Several tables of the same columns become one, their titles in a first column; unlike ones stand under each other. */
export function csvOf(tables: readonly FigureTable[]): string {
  const lines = (cells: readonly (string | number | null)[]) => cells.map(quoted).join(',')
  const body = ({ table }: FigureTable) => table.rows.map((row) => row.map(cellValue))
  const [first, ...others] = tables
  if (!first) return ''
  const isAlike = others.every(({ table }) => table.columns.join('\n') === first.table.columns.join('\n'))
  const blocks =
    others.length > 0 && isAlike
      ? [
          [
            lines(['panel', ...first.table.columns]),
            ...tables.flatMap((one) => body(one).map((row) => lines([one.title, ...row]))),
          ],
        ]
      : tables.map((one) => [
          ...(others.length > 0 ? [lines([one.title])] : []),
          lines(one.table.columns),
          ...body(one).map(lines),
        ])
  return blocks.map((block) => `${block.join('\r\n')}\r\n`).join('\r\n')
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '#': '\\#',
  '%': '\\%',
  _: '\\_',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '\u2212': '$-$',
  '±': '$\\pm$',
  '≥': '$\\ge$',
  '≤': '$\\le$',
  '×': '$\\times$',
  '→': '$\\rightarrow$',
  '★': '$\\star$',
  Δ: '$\\Delta$',
  ρ: '$\\rho$',
  '–': '--',
  '…': '\\ldots{}',
  '·': '$\\cdot$',
  '\u202f': '\\,',
  '\u00a0': '~',
}

/** Text that LaTeX sets as it stands; line breaks become spaces. */
export const latexText = (text: string): string =>
  text.replace(/[\r\n]+/g, ' ').replace(/[\\{}$&#%_~^\u2212±≥≤×→★Δρ–…·\u202f\u00a0]/gu, (sign) => escapes[sign] ?? sign)

const isNumeric = (text: string): boolean => /^[≥≤]?\s*[+\u2212-]?\d/.test(text) || text === '–' || text === ''

function latexTable({ title, table }: FigureTable): string {
  const { columns, rows } = table as ChartTable
  const align = columns.map((_, at) => (rows.every((row) => isNumeric(cellText(row[at] ?? ''))) ? 'r' : 'l')).join('')
  const line = (cells: readonly string[]) => `    ${cells.map(latexText).join(' & ')} \\\\`
  return [
    '\\begin{table}[t]',
    '  \\centering',
    `  \\caption{${latexText(title)}}`,
    `  \\label{tab:${fileStem(title)}}`,
    `  \\begin{tabular}{@{}${align}@{}}`,
    '    \\toprule',
    line(columns),
    '    \\midrule',
    ...rows.map((row) => line(row.map(cellText))),
    '    \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
  ].join('\n')
}

/** One table environment each; the preamble needs booktabs alone. */
export const latexOf = (tables: readonly FigureTable[]): string =>
  `% \\usepackage{booktabs}\n${tables.map(latexTable).join('\n\n')}\n`
