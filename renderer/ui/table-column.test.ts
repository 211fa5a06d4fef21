import { expect, it } from 'vitest'
import { nextSort, sorted, type Column } from './table-column.ts'

interface Row {
  readonly name: string
  readonly score: number | null
}
const columns: readonly Column<Row>[] = [
  { id: 'name', title: 'name', width: '1fr', text: ({ name }) => name, sortBy: ({ name }) => name },
  { id: 'score', title: 'score', width: '1fr', text: ({ score }) => String(score), sortBy: ({ score }) => score },
]
const rows: readonly Row[] = [
  { name: 'run 10', score: 2 },
  { name: 'run 9', score: null },
  { name: 'Run 1', score: 30 },
]
const names = (column: string, descending: boolean) =>
  sorted(rows, columns, { column, descending }).map(({ name }) => name)

it('sorts numbers in names as numbers, and leaves rows without a value last either way', () => {
  expect(names('name', false)).toEqual(['Run 1', 'run 9', 'run 10'])
  expect(names('score', false)).toEqual(['run 10', 'Run 1', 'run 9'])
  expect(names('score', true)).toEqual(['Run 1', 'run 10', 'run 9'])
  expect(sorted(rows, columns, null)).toBe(rows)
})
it('goes round: up, down, as it came', () => {
  const up = nextSort(null, 'name')
  const down = nextSort(up, 'name')
  expect([up, down, nextSort(down, 'name'), nextSort(down, 'score')]).toEqual([
    { column: 'name', descending: false },
    { column: 'name', descending: true },
    null,
    { column: 'score', descending: false },
  ])
})
