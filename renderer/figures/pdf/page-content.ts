/**
 * A drawn figure as the content of one PDF page: vectors stay vectors, text stays text (ISO 32000-1). One CSS px is 0.75 pt.
 * An element that charts never draw is refused: a figure that silently lacks a part is worse than none.
 */
import { number, pathOperators } from './path-operators.ts'
import type { SvgElement } from './svg-tree.ts'
import type { Font } from './true-type.ts'

export interface PageContent {
  readonly operators: string
  /** Opacity states by name, as (fill, stroke). */
  readonly opacities: ReadonlyMap<string, readonly [number, number]>
  /** Glyphs that are drawn, with the character each stands for. */
  readonly glyphs: ReadonlyMap<number, number>
  /** In points. */
  readonly width: number
  readonly height: number
}

const pointsPerPixel = 0.75
/** Elements that draw nothing by themselves. */
const silent = new Set(['defs', 'title', 'desc', 'clipPath', 'style'])

interface Colour {
  readonly operands: string
  readonly alpha: number
}

export function colourOf(text: string | undefined): Colour | null {
  if (text === undefined || text === 'none' || text === 'transparent') return null
  const hex = /^#([\da-f]{3,8})$/i.exec(text)?.[1]
  if (hex) {
    const size = hex.length <= 4 ? 1 : 2
    const channels = Array.from({ length: Math.floor(hex.length / size) }, (_, at) => {
      const digits = hex.slice(at * size, (at + 1) * size)
      return parseInt(size === 1 ? digits + digits : digits, 16) / 255
    })
    return { operands: channels.slice(0, 3).map(number).join(' '), alpha: channels[3] ?? 1 }
  }
  const list = /^rgba?\(([^)]+)\)$/.exec(text)?.[1]?.split(',').map(Number)
  if (!list || list.length < 3 || list.some(Number.isNaN)) throw new Error(`a colour that a PDF cannot take: ${text}`)
  return {
    operands: list
      .slice(0, 3)
      .map((value) => number(value / 255))
      .join(' '),
    alpha: list[3] ?? 1,
  }
}

type Matrix = readonly [number, number, number, number, number, number]

export function matrixOf(text: string | undefined): Matrix | null {
  const [, name, list] = /^\s*(\w+)\(([^)]*)\)\s*$/.exec(text ?? '') ?? []
  if (!name || list === undefined) return null
  const values = list
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(Number)
  if (name === 'translate') return [1, 0, 0, 1, values[0]!, values[1] ?? 0]
  if (name === 'scale') return [values[0]!, 0, 0, values[1] ?? values[0]!, 0, 0]
  if (name === 'rotate') {
    const [turn, x = 0, y = 0] = [(values[0]! * Math.PI) / 180, values[1], values[2]]
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)]
    return [cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y]
  }
  if (name === 'matrix') return values as unknown as Matrix
  throw new Error(`a transform that a PDF cannot take: ${text}`)
}

export function pageContent(svg: SvgElement, font: Font): PageContent {
  const opacities = new Map<string, readonly [number, number]>()
  const glyphs = new Map<number, number>()
  const clips = new Map<string, SvgElement>()
  collectClips(svg, clips)
  const lines: string[] = []
  const amount = (text: string | undefined, fallback = 0) => (text === undefined ? fallback : parseFloat(text))

  function opacityState(fill: number, stroke: number): string {
    const name = `G${Math.round(fill * 1000)}x${Math.round(stroke * 1000)}`
    opacities.set(name, [fill, stroke])
    return `/${name} gs`
  }

  function shapeOperators({ name, attributes }: SvgElement): string {
    const of = (key: string) => amount(attributes[key])
    const points = () =>
      (attributes['points'] ?? '')
        .trim()
        .split(/[\s,]+/)
        .join(' ')
    if (name === 'path') return pathOperators(attributes['d'] ?? '')
    if (name === 'polygon') return pathOperators(`M${points()}Z`)
    if (name === 'polyline') return pathOperators(`M${points()}`)
    if (name === 'line') return pathOperators(`M${of('x1')} ${of('y1')}L${of('x2')} ${of('y2')}`)
    if (name === 'rect') return `${[of('x'), of('y'), of('width'), of('height')].map(number).join(' ')} re`
    if (name === 'circle' || name === 'ellipse') {
      const [rx, ry] = name === 'circle' ? [of('r'), of('r')] : [of('rx'), of('ry')]
      const [cx, cy] = [of('cx'), of('cy')]
      return pathOperators(`M${cx + rx} ${cy}A${rx} ${ry} 0 1 1 ${cx - rx} ${cy}A${rx} ${ry} 0 1 1 ${cx + rx} ${cy}Z`)
    }
    throw new Error(`a figure's element that a PDF cannot take: ${name}`)
  }

  function strokeOperators(attributes: SvgElement['attributes']): string[] {
    const dashes = (attributes['stroke-dasharray'] ?? '')
      .split(/[\s,]+/)
      .map(Number)
      .filter((value) => value >= 0)
    const hasDashes = attributes['stroke-dasharray'] !== undefined && dashes.some((value) => value > 0)
    return [
      `${number(amount(attributes['stroke-width'], 1))} w`,
      `${{ round: 1, square: 2 }[attributes['stroke-linecap'] ?? ''] ?? 0} J`,
      `${{ round: 1, bevel: 2 }[attributes['stroke-linejoin'] ?? ''] ?? 0} j`,
      ...(hasDashes ? [`[${dashes.map(number).join(' ')}] ${number(amount(attributes['stroke-dashoffset']))} d`] : []),
    ]
  }

  /** Fill and stroke of an element, null where there is none to see. */
  function paintOf({ attributes }: SvgElement) {
    const whole = amount(attributes['opacity'], 1)
    const fill = colourOf(attributes['fill'] ?? '#000')
    const stroke = amount(attributes['stroke-width'], 1) > 0 ? colourOf(attributes['stroke']) : null
    const fillAlpha = whole * (fill?.alpha ?? 1) * amount(attributes['fill-opacity'], 1)
    const strokeAlpha = whole * (stroke?.alpha ?? 1) * amount(attributes['stroke-opacity'], 1)
    const isFilled = fill !== null && fillAlpha > 0
    const isStroked = stroke !== null && strokeAlpha > 0
    return {
      isFilled,
      isStroked,
      operators: [
        ...((isFilled && fillAlpha < 1) || (isStroked && strokeAlpha < 1)
          ? [opacityState(fillAlpha, strokeAlpha)]
          : []),
        ...(isFilled ? [`${fill.operands} rg`] : []),
        ...(isStroked ? [`${stroke.operands} RG`, ...strokeOperators(attributes)] : []),
      ],
    }
  }

  function drawShape(element: SvgElement): void {
    const { isFilled, isStroked, operators } = paintOf(element)
    const isEvenOdd = element.attributes['fill-rule'] === 'evenodd'
    if (!isFilled && !isStroked) return
    const paint = isFilled ? (isStroked ? 'B' : 'f') + (isEvenOdd ? '*' : '') : 'S'
    lines.push(...operators, shapeOperators(element), paint)
  }

  function drawText(element: SvgElement): void {
    const { attributes, children } = element
    const text = children.filter((child) => typeof child === 'string').join('')
    const size = amount(attributes['font-size'], 12)
    const drawn = Array.from(text, (character) => {
      const code = character.codePointAt(0)!
      const glyph = font.glyphOf(code)
      glyphs.set(glyph, code)
      return glyph
    })
    const width = (drawn.reduce((sum, glyph) => sum + font.widthOf(glyph), 0) * size) / 1000
    const anchor = { middle: width / 2, end: width }[attributes['text-anchor'] ?? ''] ?? 0
    const isCentral = attributes['dominant-baseline'] === 'central'
    const x = amount(attributes['x']) - anchor
    // The central line lies half way between ascent and descent; y points down here.
    const y = amount(attributes['y']) + (isCentral ? ((font.ascent + font.descent) / 2000) * size : 0)
    const { isFilled, isStroked, operators } = paintOf(element)
    const shown = `<${drawn.map((glyph) => glyph.toString(16).padStart(4, '0')).join('')}> Tj`
    const pass = (mode: number) => [
      'BT',
      `/F ${number(size)} Tf`,
      `${mode} Tr`,
      `1 0 0 -1 ${number(x)} ${number(y)} Tm`,
      shown,
      'ET',
    ]
    // A halo is drawn first, so that it never covers the letters.
    lines.push(...operators, ...(isStroked ? pass(1) : []), ...(isFilled ? pass(0) : []))
  }

  function draw(element: SvgElement): void {
    if (silent.has(element.name)) return
    const { attributes } = element
    const matrix = matrixOf(attributes['transform'])
    const clip = clips.get(/url\(#([^)]+)\)/.exec(attributes['clip-path'] ?? '')?.[1] ?? '')
    lines.push('q')
    if (matrix) lines.push(`${matrix.map(number).join(' ')} cm`)
    if (clip) {
      const shapes = clip.children.filter((child) => typeof child === 'object')
      lines.push(...shapes.map(shapeOperators), 'W n')
    }
    if (element.name === 'g' || element.name === 'svg') {
      for (const child of element.children) if (typeof child === 'object') draw(child)
    } else if (element.name === 'text') drawText(element)
    else drawShape(element)
    lines.push('Q')
  }

  const [width, height] = [amount(svg.attributes['width']), amount(svg.attributes['height'])].map(
    (size) => size * pointsPerPixel,
  ) as [number, number]
  lines.push(`${pointsPerPixel} 0 0 ${-pointsPerPixel} 0 ${number(height)} cm`)
  draw(svg)
  return { operators: lines.join('\n'), opacities, glyphs, width, height }
}

function collectClips(element: SvgElement, into: Map<string, SvgElement>): void {
  if (element.name === 'clipPath') into.set(element.attributes['id'] ?? '', element)
  for (const child of element.children) if (typeof child === 'object') collectClips(child, into)
}
