/** Reads the SVG that draw-figure.ts writes: elements, attributes, text. No document, so that no style policy has a say. */
export interface SvgElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly (SvgElement | string)[]
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#39': "'",
  nbsp: '\u00a0',
}
const plain = (text: string): string =>
  text.replace(/&(#x[\da-f]+|#\d+|\w+);/gi, (whole, name: string) => {
    if (name.startsWith('#x')) return String.fromCodePoint(parseInt(name.slice(2), 16))
    return entities[name] ?? (name.startsWith('#') ? String.fromCodePoint(Number(name.slice(1))) : whole)
  })

/** Attributes and `style` declarations alike: `style="font-size:11px"` reads as `font-size`. */
function attributesOf(text: string): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [, name, value] of text.matchAll(/([\w:-]+)\s*=\s*"([^"]*)"/g)) {
    if (name !== 'style') result[name!] = plain(value!)
    else
      for (const [, property, own] of plain(value!).matchAll(/([\w-]+)\s*:\s*([^;]+)/g)) result[property!] = own!.trim()
  }
  return result
}

/** Throws for tags that do not close in order. */
export function readSvg(svg: string): SvgElement {
  const root = { name: '', attributes: {}, children: [] as (SvgElement | string)[] }
  const open = [root]
  for (const [, closing, name, attributes, selfClosing, text] of svg.matchAll(
    /<(\/)?([A-Za-z][\w:-]*)((?:\s+[\w:-]+\s*=\s*"[^"]*")*)\s*(\/)?>|([^<]+)/g,
  )) {
    const inside = open.at(-1)!
    if (text !== undefined) {
      if (text.trim() !== '') inside.children.push(plain(text))
    } else if (closing) {
      if (inside.name !== name) throw new Error(`</${name}> closes <${inside.name}>`)
      open.pop()
    } else {
      const element = { name: name!, attributes: attributesOf(attributes!), children: [] as (SvgElement | string)[] }
      inside.children.push(element)
      if (!selfClosing) open.push(element)
    }
  }
  const [first] = root.children
  if (open.length > 1 || typeof first !== 'object') throw new Error('the SVG does not end')
  return first
}
