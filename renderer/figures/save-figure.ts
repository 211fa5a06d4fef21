/** A figure into a file or onto the clipboard. The heavy parts are loaded when the first figure leaves. */
import type { ThemeName } from '../theme/tokens.ts'
import { fileStem, type Figure, type FigureFormat } from './figure.ts'
import { csvOf, latexOf } from './table-files.ts'

export async function figureBlob(figure: Figure, format: FigureFormat, theme: ThemeName): Promise<Blob> {
  if (format === 'csv') return new Blob([csvOf(figure.tables)], { type: 'text/csv;charset=utf-8' })
  if (format === 'tex') return new Blob([latexOf(figure.tables)], { type: 'application/x-tex;charset=utf-8' })
  const { figurePng, figureSvg } = await import('./draw-figure.ts')
  if (format === 'png') return figurePng(figure, theme)
  const svg = figureSvg(figure, theme)
  if (format === 'svg') return new Blob([svg], { type: 'image/svg+xml' })
  const { figurePdf } = await import('./pdf/figure-pdf.ts')
  return figurePdf(svg, figure.title, new Date())
}

/** How long a file's address stands after the click: the desktop reads it only when a place was chosen. */
const addressLivesMs = 120_000

export async function saveFigure(figure: Figure, format: FigureFormat, theme: ThemeName): Promise<string> {
  const name = `${fileStem(figure.title)}.${format}`
  const address = URL.createObjectURL(await figureBlob(figure, format, theme))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), addressLivesMs)
  return name
}

/** As a picture, ready to paste. */
export async function copyFigure(figure: Figure, theme: ThemeName): Promise<void> {
  // A promise inside the item: the permission hangs on the click, which drawing would outlive.
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': figureBlob(figure, 'png', theme) })])
}
