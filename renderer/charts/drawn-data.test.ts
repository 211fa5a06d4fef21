import { expect, it } from 'vitest'
import { drawnData } from './drawn-data.ts'

it('lists what is drawn, series by series', () => {
  const table = drawnData({
    series: [
      { name: 'measured', type: 'scatter', data: [{ value: [1, 2] }, [3, 4]] },
      { type: 'bar', data: [7, { value: 8, itemStyle: {} }, '-'] },
      { name: 'heat', type: 'heatmap', data: [[0, 1, 5]] },
    ],
  })
  expect(table.columns).toEqual(['series', 'x', 'y', 'value 3'])
  expect(table.rows).toEqual([
    ['measured', 1, 2, ''],
    ['measured', 3, 4, ''],
    ['series 2', 0, 7, ''],
    ['series 2', 1, 8, ''],
    ['series 2', 2, '-', ''],
    ['heat', 0, 1, 5],
  ])
})
it('is empty for a chart without points', () => {
  expect(drawnData({}).rows).toEqual([])
  expect(drawnData({ series: { type: 'line' } }).rows).toEqual([])
})
