/** All facets on one sheet, as a paper prints them: at most five a row, each with its data set over it. */
import type { ChartTable } from '../../charts/chart-table.ts'
import type { ChartOption, ChartTheme } from '../../charts/chart-theme.ts'
import type { Facet } from '../../curves/facets.ts'
import type { Figure } from '../../figures/figure.ts'

export interface FacetDrawing {
  readonly facet: Facet
  readonly table: ChartTable
  option(width: number): (theme: ChartTheme) => ChartOption
}

const most = 5
const height = 300
const gap = 12
/** A facet of many bars is given room for them, px. */
const widths = { least: 250, most: 460, bar: 30, margins: 100 }

const widthOf = ({ bars }: Facet): number =>
  Math.min(widths.most, Math.max(widths.least, widths.margins + bars.length * widths.bar))

export function mainFigure(drawings: readonly FacetDrawing[]): Figure {
  let [x, y] = [0, 0]
  const panels = drawings.map(({ facet, option }, at) => {
    if (at > 0 && at % most === 0) {
      x = 0
      y += height + gap
    }
    const width = widthOf(facet)
    const loss = facet.minValLoss === null ? '' : `  min loss ${facet.minValLoss.toFixed(2)}`
    const mean = facet.meanCeiling === null ? '' : `  mean ${facet.meanCeiling.toFixed(1)}`
    const panel = { title: `${facet.title}${mean}${loss}`, option: option(width), x, y, width, height }
    x += width + gap
    return panel
  })
  return {
    title: 'Ceilings by switch point',
    panels,
    tables: drawings.map(({ facet, table }) => ({ title: facet.title, table })),
  }
}
