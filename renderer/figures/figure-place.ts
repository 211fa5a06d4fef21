/**
 * A pane collects the charts inside it: that is what its export menu saves. A chart outside any pane belongs to no figure.
 */
import { inject, onBeforeUnmount, provide, shallowReactive, type InjectionKey } from 'vue'
import type { ChartOption, ChartTheme } from '../charts/chart-theme.ts'
import type { ChartTable } from '../charts/chart-table.ts'
import type { Figure } from './figure.ts'

export interface PlacedChart {
  readonly label: string
  readonly option: (theme: ChartTheme) => ChartOption
  readonly table: ChartTable
  /** On the screen; null where it is not drawn. */
  box(): { readonly left: number; readonly top: number; readonly width: number; readonly height: number } | null
}

/** Each asked anew when a figure is made: options and data change all the time. */
type Source = () => PlacedChart

const place: InjectionKey<Source[]> = Symbol('charts of a pane')

export function provideFigurePlace(): readonly Source[] {
  const sources = shallowReactive<Source[]>([])
  provide(place, sources)
  return sources
}

export function placeChart(source: Source): void {
  const sources = inject(place, null)
  if (!sources) return
  sources.push(source)
  onBeforeUnmount(() => void sources.splice(sources.indexOf(source), 1))
}

/** Smallest sheet for a chart that is not on the screen now, px. */
const unseen = { left: 0, top: 0, width: 640, height: 400 }

/** The charts as they stand on the screen, moved to the sheet's corner; the numbers of each. */
export function figureOf(title: string, sources: readonly Source[]): Figure {
  const charts = sources.map((source) => source())
  const boxes = charts.map((chart) => {
    const box = chart.box()
    return box && box.width > 0 && box.height > 0 ? box : unseen
  })
  const [left, top] = [Math.min(...boxes.map((box) => box.left)), Math.min(...boxes.map((box) => box.top))]
  return {
    title: title || charts[0]?.label || 'Figure',
    panels: charts.map(({ option }, at) => {
      const box = boxes[at]!
      return { title: '', option, x: box.left - left, y: box.top - top, width: box.width, height: box.height }
    }),
    tables: charts.map(({ label, table }) => ({ title: charts.length > 1 ? label : title || label, table })),
  }
}
