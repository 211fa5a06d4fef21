/** A figure as it leaves the window: one or more charts on one sheet, with the numbers that they draw. */
import type { ChartOption, ChartTheme } from '../charts/chart-theme.ts'
import type { ChartTable } from '../charts/chart-table.ts'

export interface FigurePanel {
  /** Stands over the panel; empty: nothing does. */
  readonly title: string
  readonly option: (theme: ChartTheme) => ChartOption
  /** Place on the sheet, CSS px. */
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Figure {
  /** What it shows, in words: the file's name, the caption of its table. */
  readonly title: string
  readonly panels: readonly FigurePanel[]
  readonly tables: readonly FigureTable[]
}

export interface FigureTable {
  readonly title: string
  readonly table: ChartTable
}

export const figureFormats = ['png', 'svg', 'pdf', 'csv', 'tex'] as const
export type FigureFormat = (typeof figureFormats)[number]

/** Height of a panel's title on the sheet, px. */
export const titleHeight = 22

export function sheetSize({ panels }: Pick<Figure, 'panels'>): { width: number; height: number } {
  const most = (ends: readonly number[]) => Math.ceil(Math.max(1, ...ends))
  return {
    width: most(panels.map(({ x, width }) => x + width)),
    height: most(panels.map(({ y, height }) => y + height)),
  }
}

/** `Hard-102K: ceiling 82.7` → `hard-102k-ceiling-82.7`; every file system takes it. */
export const fileStem = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}.]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 80)
    .replace(/[-.]+$/, '') || 'figure'
