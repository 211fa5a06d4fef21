/** A figure's SVG as a PDF file; the font is fetched once, when the first is asked for. */
import fontAddress from '../../assets/fonts/inter-figures.ttf?url'
import { pageContent } from './page-content.ts'
import { pdfFile } from './pdf-file.ts'
import { readSvg } from './svg-tree.ts'
import { readFont, type Font } from './true-type.ts'

let asked: Promise<Font> | null = null

async function fetchFont(): Promise<Font> {
  const answer = await fetch(fontAddress)
  if (!answer.ok) throw new Error(`the font for figures did not come: ${answer.status}`)
  return readFont(new Uint8Array(await answer.arrayBuffer()), 'Inter-Regular')
}

export async function figurePdf(svg: string, title: string, made: Date): Promise<Blob> {
  asked ??= fetchFont()
  // A line that fails once must not fail for good.
  asked.catch(() => (asked = null))
  const font = await asked
  return new Blob([await pdfFile(pageContent(readSvg(svg), font), font, { title, made })], { type: 'application/pdf' })
}
