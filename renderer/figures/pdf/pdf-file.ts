/**
 * One page and its embedded font as a PDF 1.4 file (ISO 32000-1): objects, cross-reference table, trailer. Streams are
 * deflated. Text can be selected and searched: the font carries its map back to characters.
 */
import type { PageContent } from './page-content.ts'
import type { Font } from './true-type.ts'

export interface PdfFacts {
  readonly title: string
  readonly made: Date
}

const encoder = new TextEncoder()

async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** UTF-16 with its mark, in hex: any title is a valid string. */
const textString = (text: string): string =>
  `<feff${Array.from({ length: text.length }, (_, at) => text.charCodeAt(at).toString(16).padStart(4, '0')).join('')}>`

const dateString = (date: Date): string => `(D:${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z)`

function toUnicode(glyphs: PageContent['glyphs']): string {
  const hex = (value: number) => value.toString(16).padStart(4, '0')
  const utf16 = (code: number) => {
    const text = String.fromCodePoint(code)
    return Array.from({ length: text.length }, (_, at) => hex(text.charCodeAt(at))).join('')
  }
  const rows = [...glyphs].sort(([a], [b]) => a - b).map(([glyph, code]) => `<${hex(glyph)}> <${utf16(code)}>`)
  const blocks = Array.from({ length: Math.ceil(rows.length / 100) }, (_, at) => rows.slice(at * 100, (at + 1) * 100))
  return [
    '/CIDInit /ProcSet findresource begin 12 dict begin begincmap',
    '/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def',
    '/CMapName /Adobe-Identity-UCS def /CMapType 2 def',
    '1 begincodespacerange <0000> <ffff> endcodespacerange',
    ...blocks.map((block) => `${block.length} beginbfchar\n${block.join('\n')}\nendbfchar`),
    'endcmap CMapName currentdict /CMap defineresource pop end end',
  ].join('\n')
}

export async function pdfFile(page: PageContent, font: Font, facts: PdfFacts): Promise<Uint8Array<ArrayBuffer>> {
  const [content, program, map] = await Promise.all(
    [encoder.encode(page.operators), font.bytes, encoder.encode(toUnicode(page.glyphs))].map(deflated),
  )
  const glyphs = [...page.glyphs.keys()].sort((a, b) => a - b)
  const widths = glyphs.map((glyph) => `${glyph} [${font.widthOf(glyph)}]`).join(' ')
  const states = [...page.opacities].map(
    ([name, [fill, stroke]]) => `/${name} << /ca ${fill.toFixed(3)} /CA ${stroke.toFixed(3)} >>`,
  )
  const size = [page.width, page.height].map((length) => length.toFixed(2)).join(' ')
  const objects: { head: string; stream?: Uint8Array<ArrayBuffer> | undefined }[] = [
    { head: '<< /Type /Catalog /Pages 2 0 R >>' },
    { head: '<< /Type /Pages /Kids [3 0 R] /Count 1 >>' },
    {
      head: `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${size}] /Contents 4 0 R /Group << /S /Transparency /CS /DeviceRGB >> /Resources << /Font << /F 5 0 R >> /ExtGState << ${states.join(' ')} >> >> >>`,
    },
    { head: '<< /Filter /FlateDecode', stream: content },
    {
      head: `<< /Type /Font /Subtype /Type0 /BaseFont /${font.name} /Encoding /Identity-H /DescendantFonts [6 0 R] /ToUnicode 9 0 R >>`,
    },
    {
      head: `<< /Type /Font /Subtype /CIDFontType2 /BaseFont /${font.name} /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 7 0 R /DW 0 /W [${widths}] /CIDToGIDMap /Identity >>`,
    },
    {
      head: `<< /Type /FontDescriptor /FontName /${font.name} /Flags 32 /FontBBox [${font.box.join(' ')}] /ItalicAngle 0 /Ascent ${font.ascent} /Descent ${font.descent} /CapHeight 727 /StemV 80 /FontFile2 8 0 R >>`,
    },
    { head: `<< /Filter /FlateDecode /Length1 ${font.bytes.length}`, stream: program },
    { head: '<< /Filter /FlateDecode', stream: map },
    {
      head: `<< /Title ${textString(facts.title)} /Creator (Switchpoint) /Producer (Switchpoint) /CreationDate ${dateString(facts.made)} >>`,
    },
  ]

  const pieces: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  const write = (piece: string | Uint8Array<ArrayBuffer>) => {
    const bytes = typeof piece === 'string' ? encoder.encode(piece) : piece
    pieces.push(bytes)
    length += bytes.length
  }
  // Bytes above 127 in the second line tell transfer programs that the file is binary.
  write('%PDF-1.4\n%')
  write(new Uint8Array([0xe2, 0xe3, 0xcf, 0xd3, 0x0a]))
  const places = objects.map(({ head, stream }, at) => {
    const place = length
    if (!stream) write(`${at + 1} 0 obj\n${head}\nendobj\n`)
    else {
      write(`${at + 1} 0 obj\n${head} /Length ${stream.length} >>\nstream\n`)
      write(stream)
      write('\nendstream\nendobj\n')
    }
    return place
  })
  const table = length
  const rows = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('')
  write(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`)
  write(
    `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info ${objects.length} 0 R >>\nstartxref\n${table}\n%%EOF\n`,
  )

  const file = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    file.set(piece, at)
    at += piece.length
  }
  return file
}
