import { readFileSync } from 'node:fs'
import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { colourOf, matrixOf, pageContent } from './page-content.ts'
import { pdfFile } from './pdf-file.ts'
import { readSvg } from './svg-tree.ts'
import { readFont } from './true-type.ts'

const bytes = new Uint8Array(readFileSync(new URL('../../assets/fonts/inter-figures.ttf', import.meta.url)))
const font = readFont(bytes, 'Inter-Regular')
const svg = (inner: string) => `<svg width="200" height="100" xmlns="http://www.w3.org/2000/svg">${inner}</svg>`
const drawn = (inner: string) => pageContent(readSvg(svg(inner)), font)

describe('the font of figures', () => {
  it('has every sign that charts write', () => {
    for (const sign of 'A_post 83.7 ± ≥ ≤ − → ★ ρ Δ δ · – … é ł \u202f')
      expect([sign, font.glyphOf(sign.codePointAt(0)!)]).not.toEqual([sign, 0])
    expect(font.glyphOf('字'.codePointAt(0)!)).toBe(0)
  })
  it('knows how wide they are', () => {
    const width = (sign: string) => font.widthOf(font.glyphOf(sign.codePointAt(0)!))
    expect(width('W')).toBeGreaterThan(width('i'))
    expect(width('0')).toBeGreaterThan(400)
    expect(width('0')).toBeLessThan(800)
  })
})

describe('the page', () => {
  it('turns the sheet over: PDF counts from below, in points', () => {
    const { operators, width, height } = drawn('')
    expect([width, height]).toEqual([150, 75])
    expect(operators.split('\n')[0]).toBe('0.75 0 0 -0.75 0 75 cm')
  })
  it('paints, strokes, dashes, and says opacity once', () => {
    const page = drawn(
      '<path d="M0 0L9 9" fill="none" stroke="#f00" stroke-width="2" stroke-dasharray="4,2"/><rect x="1" y="2" width="3" height="4" fill="rgb(0,0,255)" fill-opacity="0.5"/><path d="M0 0L1 1" fill="none" stroke="#ff000080"/>',
    )
    expect(page.operators).toContain('1 0 0 RG\n2 w\n0 J\n0 j\n[4 2] 0 d\n0 0 m\n9 9 l\nS')
    expect(page.operators).toContain('0 0 1 rg\n1 2 3 4 re\nf')
    expect([...page.opacities.values()]).toEqual([
      [0.5, 1],
      [1, 128 / 255],
    ])
  })
  it('draws nothing that has neither fill nor stroke, nor definitions', () => {
    const { operators } = drawn(
      '<defs><clipPath id="c"><path d="M0 0L1 0Z"/></clipPath></defs><path d="M5 5L6 6" fill="none"/>',
    )
    expect(operators).not.toMatch(/ [ml]\b/)
  })
  it('clips a group to its path, and no more than it', () => {
    const { operators } = drawn(
      '<g clip-path="url(#c)"><path d="M7 7L8 8" stroke="#000" fill="none"/></g><defs><clipPath id="c"><path d="M0 0l9 0l0 9Z" fill="#000"/></clipPath></defs>',
    )
    expect(operators).toContain('9 0 l\n9 9 l\nh\nW n\nq')
  })
  it('sets text by its anchor, halo before letters', () => {
    const page = drawn(
      '<text dominant-baseline="central" text-anchor="end" style="font-size:10px" x="50" y="20" fill="#000" stroke="#fff" stroke-width="2">00</text>',
    )
    const width = (2 * font.widthOf(font.glyphOf(48)) * 10) / 1000
    const [, x] = /1 0 0 -1 (\S+) \S+ Tm/.exec(page.operators)!
    expect(Number(x)).toBeCloseTo(50 - width, 3)
    expect(page.operators.indexOf('1 Tr')).toBeLessThan(page.operators.indexOf('0 Tr'))
    expect([...page.glyphs]).toEqual([[font.glyphOf(48), 48]])
  })
  it('refuses what it cannot draw instead of leaving it out', () => {
    expect(() => drawn('<image href="x"/>')).toThrow(/image/)
    expect(() => colourOf('url(#gradient)')).toThrow(/colour/)
    expect(() => matrixOf('skewX(3)')).toThrow(/transform/)
    expect(() => readSvg('<svg><g></svg>')).toThrow(/closes/)
  })
  it('reads the colours and transforms that charts write', () => {
    expect(colourOf('#5aa9f72e')?.alpha).toBeCloseTo(0.18, 2)
    expect(colourOf('rgba(3,4,5,0.4)')).toEqual({ operands: '0.0118 0.0157 0.0196', alpha: 0.4 })
    expect(colourOf('none')).toBeNull()
    expect(matrixOf('translate(3 4)')).toEqual([1, 0, 0, 1, 3, 4])
    expect(matrixOf('matrix(0,-1,1,0,20,119.05)')).toEqual([0, -1, 1, 0, 20, 119.05])
    expect(matrixOf(undefined)).toBeNull()
  })
})

describe('the file', () => {
  const made = new Date(Date.UTC(2026, 0, 2, 3, 4, 5))
  const write = () =>
    pdfFile(drawn('<text x="1" y="9" fill="#000">ceiling ≥ 83</text>'), font, { title: 'Café ≥', made })
  const latin = (file: Uint8Array) => Buffer.from(file).toString('latin1')

  it('begins and ends as a PDF, and its table leads to every object', async () => {
    const text = latin(await write())
    expect(text.startsWith('%PDF-1.4\n%\xe2\xe3\xcf\xd3\n')).toBe(true)
    expect(text.endsWith('%%EOF\n')).toBe(true)
    const table = Number(/startxref\n(\d+)\n/.exec(text)![1])
    expect(text.slice(table, table + 4)).toBe('xref')
    const entries = [...text.slice(table).matchAll(/(\d{10}) 00000 n \n/g)]
    expect(entries.length).toBeGreaterThanOrEqual(10)
    entries.forEach(([, place], at) => expect(text.slice(Number(place)).startsWith(`${at + 1} 0 obj\n`)).toBe(true))
  })
  it('holds its content deflated, its font whole, and a map back to the text', async () => {
    const file = await write()
    const text = latin(file)
    const streams = [...text.matchAll(/\/Length (\d+) >>\nstream\n/g)].map((match) => {
      const from = match.index + match[0].length
      return inflateSync(file.subarray(from, from + Number(match[1])))
    })
    expect(streams).toHaveLength(3)
    expect(streams[0]!.toString()).toContain('Tj')
    expect(Buffer.compare(streams[1]!, Buffer.from(bytes))).toBe(0)
    expect(streams[2]!.toString()).toContain('<2265>')
  })
  it('says what it is and when it was made', async () => {
    const text = latin(await write())
    expect(text).toContain('/Title <feff0043006100660' + '0e900202265>')
    expect(text).toContain('(D:20260102030405Z)')
    expect(text).not.toMatch(/\/Subtype \/Image/)
  })
})
