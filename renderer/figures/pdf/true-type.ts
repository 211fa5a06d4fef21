/**
 * What a PDF needs of a TrueType font: which glyph draws a character, how wide it is, its box. Lengths in thousandths of
 * the font size. Reads cmap formats 4 and 12 (OpenType specification 1.9).
 */
export interface Font {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly name: string
  readonly box: readonly [number, number, number, number]
  readonly ascent: number
  readonly descent: number
  /** 0 where the font has none: the box that stands for a missing character. */
  glyphOf(character: number): number
  widthOf(glyph: number): number
}

export function readFont(bytes: Uint8Array<ArrayBuffer>, name: string): Font {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tables = new Map<string, number>()
  for (let at = 0; at < view.getUint16(4); at++) {
    const entry = 12 + 16 * at
    tables.set(String.fromCharCode(...bytes.subarray(entry, entry + 4)), view.getUint32(entry + 8))
  }
  const table = (tag: string): number => {
    const at = tables.get(tag)
    if (at === undefined) throw new Error(`the font has no table ${tag}`)
    return at
  }
  const [head, hhea, hmtx] = [table('head'), table('hhea'), table('hmtx')]
  const perEm = view.getUint16(head + 18)
  const scaled = (value: number) => Math.round((value * 1000) / perEm)
  const metrics = view.getUint16(hhea + 34)
  const characters = readCmap(view, table('cmap'))
  return {
    bytes,
    name,
    box: [0, 2, 4, 6].map((at) => scaled(view.getInt16(head + 36 + at))) as unknown as Font['box'],
    ascent: scaled(view.getInt16(hhea + 4)),
    descent: scaled(view.getInt16(hhea + 6)),
    glyphOf: (character) => characters.get(character) ?? 0,
    widthOf: (glyph) => scaled(view.getUint16(hmtx + 4 * Math.min(glyph, metrics - 1))),
  }
}

function readCmap(view: DataView, cmap: number): Map<number, number> {
  const characters = new Map<number, number>()
  for (let at = 0; at < view.getUint16(cmap + 2); at++) {
    const sub = cmap + view.getUint32(cmap + 8 + 8 * at)
    const format = view.getUint16(sub)
    if (format === 4) readSegments(view, sub, characters)
    else if (format === 12)
      for (let group = 0; group < view.getUint32(sub + 12); group++) {
        const [from, to, glyph] = [0, 4, 8].map((offset) => view.getUint32(sub + 16 + 12 * group + offset))
        for (let code = from!; code <= to!; code++) characters.set(code, glyph! + code - from!)
      }
  }
  return characters
}

function readSegments(view: DataView, sub: number, into: Map<number, number>): void {
  const double = view.getUint16(sub + 6)
  const word = (part: number, at: number) => view.getUint16(sub + 14 + part * double + (part > 0 ? 2 : 0) + at)
  for (let at = 0; at < double; at += 2) {
    const [end, start, delta, offset] = [word(0, at), word(1, at), word(2, at), word(3, at)]
    for (let code = start; code <= end && code !== 0xffff; code++) {
      const place = sub + 16 + 3 * double + at + offset + 2 * (code - start)
      const found = offset === 0 ? code : view.getUint16(place)
      if (offset === 0 || found !== 0) into.set(code, (found + delta) & 0xffff)
    }
  }
}
