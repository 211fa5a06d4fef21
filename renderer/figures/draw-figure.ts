/** A figure drawn: as SVG without touching the page (its style policy would refuse the text's style attributes), as PNG on canvases of its own. */
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import '../charts/echarts.ts'
import { chartTheme, type ChartTheme } from '../charts/chart-theme.ts'
import { fullOption } from '../charts/full-option.ts'
import type { ThemeName } from '../theme/tokens.ts'
import { sheetSize, titleHeight, type Figure, type FigurePanel } from './figure.ts'

use([SVGRenderer])

/** A file is read where our fonts are not installed. */
export function figureTheme(name: ThemeName): ChartTheme {
  const theme = chartTheme(name)
  return { ...theme, fontFamily: `'Inter Variable', Inter, 'Helvetica Neue', Arial, sans-serif` }
}

const plotOf = ({ x, y, width, height, title }: FigurePanel) => {
  const top = title ? titleHeight : 0
  return { x, y: y + top, width: Math.round(width), height: Math.round(height - top) }
}

const xmlText = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!)

/** Only what is drawn: no ids of the library, no hover styles, no marks for scripts. */
const innerOf = (svg: string): string =>
  svg
    .replace(/^<svg[^>]*>/, '')
    .replace(/<\/svg>\s*$/, '')
    .replace(/<style\b[^]*?<\/style>/g, '')
    .replace(/ (?:ecmeta_\w+|class|pointer-events)="[^"]*"/g, '')
    .replace(/\n\s*\n/g, '\n')
    .trim()

export function figureSvg(figure: Figure, themeName: ThemeName): string {
  const theme = figureTheme(themeName)
  const { width, height } = sheetSize(figure)
  const panels = figure.panels.map((panel) => {
    const plot = plotOf(panel)
    const chart = init(null, null, { renderer: 'svg', ssr: true, width: plot.width, height: plot.height })
    try {
      chart.setOption(fullOption(panel.option, theme, panel.title || figure.title))
      const title = panel.title
        ? `<text x="${panel.x + 12}" y="${panel.y + 12}" dominant-baseline="central" style="font-size:12px;font-family:${theme.fontFamily};" fill="${theme.tokens.text}">${xmlText(panel.title)}</text>\n`
        : ''
      return `${title}<g transform="translate(${plot.x} ${plot.y})">\n${innerOf(chart.renderToSVGString())}\n</g>`
    } finally {
      chart.dispose()
    }
  })
  return [
    `<svg width="${width}" height="${height}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}">`,
    `<title>${xmlText(figure.title)}</title>`,
    `<rect x="0" y="0" width="${width}" height="${height}" fill="${theme.tokens.surface}"/>`,
    ...panels,
    '</svg>',
    '',
  ].join('\n')
}

/** `scale` pixels a CSS px: 2 for print. */
export async function figurePng(figure: Figure, themeName: ThemeName, scale = 2): Promise<Blob> {
  const theme = figureTheme(themeName)
  const { width, height } = sheetSize(figure)
  const sheet = document.createElement('canvas')
  sheet.width = width * scale
  sheet.height = height * scale
  const pen = sheet.getContext('2d')
  if (!pen) throw new Error('this browser draws on no canvas')
  pen.fillStyle = theme.tokens.surface
  pen.fillRect(0, 0, sheet.width, sheet.height)
  for (const panel of figure.panels) {
    const plot = plotOf(panel)
    const canvas = document.createElement('canvas')
    const chart = init(canvas, null, {
      renderer: 'canvas',
      devicePixelRatio: scale,
      width: plot.width,
      height: plot.height,
    })
    chart.setOption(fullOption(panel.option, theme, panel.title || figure.title))
    pen.drawImage(canvas, plot.x * scale, plot.y * scale)
    chart.dispose()
    if (!panel.title) continue
    pen.fillStyle = theme.tokens.text
    pen.font = `${12 * scale}px ${theme.fontFamily}`
    pen.textBaseline = 'middle'
    pen.fillText(panel.title, (panel.x + 12) * scale, (panel.y + 12) * scale)
  }
  const blob = await new Promise<Blob | null>((resolve) => sheet.toBlob(resolve, 'image/png'))
  if (!blob) throw new Error('the picture is too large to draw')
  return blob
}
