import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exact } from '../charts/chart-table.ts'
import { csvOf, latexOf, latexText } from './table-files.ts'

const bars = {
  title: 'Hard-102K',
  table: { columns: ['run', 'SFT compute (FLOP)'], rows: [['a "best", run', exact('2.40 PFLOP', 2.4e15)]] },
}

/** RFC 4180, for the test: what a reader makes of the text. */
function parsed(csv: string): string[][] {
  const rows: string[][] = [['']]
  let isQuoted = false
  for (let at = 0; at < csv.length; at++) {
    const row = rows.at(-1)!
    const sign = csv[at]!
    if (isQuoted && sign === '"' && csv[at + 1] === '"') row[row.length - 1] += csv[++at]!
    else if (sign === '"') isQuoted = !isQuoted
    else if (!isQuoted && sign === ',') row.push('')
    else if (!isQuoted && sign === '\r' && csv[at + 1] === '\n') {
      at++
      if (at + 1 < csv.length) rows.push([''])
    } else row[row.length - 1] += sign
  }
  return rows
}

describe('CSV', () => {
  it('holds the exact numbers, quotes what needs it, ends lines as RFC 4180 says', () => {
    expect(csvOf([bars])).toBe('run,SFT compute (FLOP)\r\n"a ""best"", run",2400000000000000\r\n')
  })
  it('puts alike tables under one head, with the panel first', () => {
    const csv = csvOf([bars, { ...bars, title: 'Easy' }])
    expect(parsed(csv).map(([panel]) => panel)).toEqual(['panel', 'Hard-102K', 'Easy'])
  })
  it('keeps unlike tables apart, each under its title', () => {
    const csv = csvOf([bars, { title: 'residuals', table: { columns: ['x'], rows: [[1]] } }])
    expect(csv.split('\r\n\r\n')).toHaveLength(2)
    expect(csv).toContain('residuals\r\nx\r\n1\r\n')
  })
  it('writes null as nothing', () => {
    expect(csvOf([{ title: '', table: { columns: ['a', 'b'], rows: [[exact('–', null), 1]] } }])).toBe('a,b\r\n,1\r\n')
  })
  it('gives back any cell whole', () => {
    const cell = fc.string({ unit: 'grapheme' })
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }), (rows) => {
        const csv = csvOf([{ title: 't', table: { columns: ['a', 'b'], rows } }])
        expect(parsed(csv)).toEqual([['a', 'b'], ...rows.map((row) => [...row])])
      }),
    )
  })
})

describe('LaTeX', () => {
  it('is a booktabs table with caption, label and numbers at the right', () => {
    const text = latexOf([bars])
    expect(text).toMatch(/^% \\usepackage\{booktabs\}\n\\begin\{table\}/)
    expect(text).toContain('\\begin{tabular}{@{}lr@{}}')
    expect(text).toContain('\\label{tab:hard-102k}')
    expect(text).toContain('2.40 PFLOP \\\\')
    for (const rule of ['\\toprule', '\\midrule', '\\bottomrule']) expect(text).toContain(rule)
  })
  it('escapes what LaTeX would read as its own', () => {
    expect(latexText('50 % of P_sft & {x} \\ ≥ ±')).toBe(
      '50 \\% of P\\_sft \\& \\{x\\} \\textbackslash{} $\\ge$ $\\pm$',
    )
  })
  it('leaves no bare special sign, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const left = latexText(text).replace(/\\[{}$&#%_,]|\\text\w+\{\}|\\ldots\{\}|\$[^$]*\$/g, '')
        expect(left).not.toMatch(/[\\{}$&#%_^]/)
      }),
    )
  })
})
