import { describe, expect, it } from 'vitest'
import { readFileSync } from 'node:fs'
import type { ChartOption } from '../charts/chart-theme.ts'
import { tokensOf } from '../theme/tokens.ts'
import { figureSvg } from './draw-figure.ts'
import { fileStem, sheetSize, type Figure } from './figure.ts'
import { pageContent } from './pdf/page-content.ts'
import { readSvg, type SvgElement } from './pdf/svg-tree.ts'
import { readFont } from './pdf/true-type.ts'

const option: ChartOption = {
  tooltip: { trigger: 'axis' },
  xAxis: { type: 'category', data: ['a', 'b'] },
  yAxis: { type: 'value' },
  series: [
    { type: 'bar', data: [3, 5], label: { show: true, formatter: '≥ {c} & <5>' } },
    { type: 'line', data: [2, 3], areaStyle: { color: '#5aa9f72e' }, lineStyle: { type: 'dashed' }, clip: true },
    { type: 'scatter', data: [1, 2], symbol: 'triangle' },
  ],
}
const figure: Figure = {
  title: 'P_sft & PL_rl',
  panels: [
    { title: 'Hard <102K>', option: () => option, x: 0, y: 0, width: 300, height: 200 },
    { title: '', option: () => option, x: 312, y: 0, width: 300, height: 200 },
  ],
  tables: [],
}
const all = (element: SvgElement): SvgElement[] => [
  element,
  ...element.children.flatMap((child) => (typeof child === 'object' ? all(child) : [])),
]

describe('a figure as SVG', () => {
  const svg = figureSvg(figure, 'light')
  const elements = all(readSvg(svg))

  it('is one sheet of all panels, in the theme it is asked for', () => {
    expect(svg.startsWith('<svg width="612" height="200" xmlns="http://www.w3.org/2000/svg"')).toBe(true)
    expect(elements.find(({ name }) => name === 'rect')?.attributes['fill']).toBe(tokensOf('light').surface)
    expect(figureSvg(figure, 'dark')).toContain(tokensOf('dark').surface)
    expect(elements.filter(({ name }) => name === 'path').length).toBeGreaterThan(10)
  })
  it('keeps text as text, escaped', () => {
    const texts = elements.filter(({ name }) => name === 'text').map(({ children }) => children.join(''))
    expect(texts).toContain('Hard <102K>')
    expect(texts).toContain('≥ 5 & <5>')
  })
  it('carries no script, no style sheet, no marks of the library', () => {
    expect(svg).not.toMatch(/<style|<script|ecmeta|class=|pointer-events/)
  })
  it('names clip paths apart, so that one panel does not clip another', () => {
    const ids = elements.filter(({ name }) => name === 'clipPath').map(({ attributes }) => attributes['id'])
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length).toBeGreaterThan(0)
  })
  it('goes into a PDF as it is', () => {
    const bytes = new Uint8Array(readFileSync(new URL('../assets/fonts/inter-figures.ttf', import.meta.url)))
    const page = pageContent(readSvg(svg), readFont(bytes, 'Inter-Regular'))
    expect(page.glyphs.has(0)).toBe(false)
    expect(page.width).toBe(459)
  })
})

it('names files as every system takes them', () => {
  expect(fileStem('Hard-102K: ceiling 82.7 [81.9, 83.5]')).toBe('hard-102k-ceiling-82.7-81.9-83.5')
  expect(fileStem('../../etc')).toBe('etc')
  expect(fileStem('§ …')).toBe('figure')
  expect(fileStem('x'.repeat(200))).toHaveLength(80)
})
it('sizes the sheet by the panels', () => {
  expect(sheetSize(figure)).toEqual({ width: 612, height: 200 })
  expect(sheetSize({ panels: [] })).toEqual({ width: 1, height: 1 })
})
