/** The little that four figures need of a plotting library: scales, round ticks, axes, labels that keep their distance. */
import { markup, type Markup } from './markup.ts'

export interface Frame {
  readonly width: number
  readonly height: number
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

export type Scale = (value: number) => number

/** Linear from a domain to pixels. */
export function linear([d0, d1]: readonly [number, number], [r0, r1]: readonly [number, number]): Scale {
  const slope = d1 === d0 ? 0 : (r1 - r0) / (d1 - d0)
  return (value) => r0 + (value - d0) * slope
}

/** Round numbers over a domain: steps of 1, 2 or 5 times a power of ten. */
export function ticks([low, high]: readonly [number, number], about = 6): number[] {
  const raw = (high - low) / about
  if (!(raw > 0)) return [low]
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= raw)!
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

export interface AxisWords {
  readonly title: string
  readonly format: (value: number) => string
}

export const xRange = (f: Frame): [number, number] => [f.left, f.width - f.right]
export const yRange = (f: Frame): [number, number] => [f.height - f.bottom, f.top]

/** Grid, tick labels and titles of both axes. */
export function axes(
  f: Frame,
  x: { scale: Scale; at: number[]; words: AxisWords },
  y: { scale: Scale; at: number[]; words: AxisWords },
): Markup {
  const [x0, x1] = xRange(f)
  const [y0, y1] = yRange(f)
  return markup`<g class="axes">
    ${y.at.map(
      (at) => markup`<line class="grid" x1="${x0}" x2="${x1}" y1="${px(y.scale(at))}" y2="${px(y.scale(at))}"/>
      <text x="${x0 - 8}" y="${px(y.scale(at) + 4)}" text-anchor="end">${y.words.format(at)}</text>`,
    )}
    ${x.at.map((at) => markup`<text x="${px(x.scale(at))}" y="${y0 + 18}" text-anchor="middle">${x.words.format(at)}</text>`)}
    <line class="base" x1="${x0}" x2="${x1}" y1="${y0}" y2="${y0}"/>
    <text class="title" x="${(x0 + x1) / 2}" y="${y0 + 38}" text-anchor="middle">${x.words.title}</text>
    <text class="title" transform="translate(${x0 - 44} ${(y0 + y1) / 2}) rotate(-90)" text-anchor="middle">${y.words.title}</text>
  </g>`
}

export const path = (points: readonly (readonly [number, number])[]): string =>
  points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${px(x)} ${px(y)}`).join('')

/** Rounds to a tenth of a pixel: half the bytes, the same picture. */
export const px = (value: number): number => Math.round(value * 10) / 10

/** Moves labels apart, keeping their order, inside [low, high]; `gap` is the least distance between two. */
export function apart(wanted: readonly number[], gap: number, low: number, high: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]!)
  const placed = new Array<number>(wanted.length)
  let least = low
  for (const i of order) {
    placed[i] = Math.max(wanted[i]!, least)
    least = placed[i]! + gap
  }
  let most = high
  for (const i of order.toReversed()) {
    placed[i] = Math.min(placed[i]!, most)
    most = placed[i]! - gap
  }
  return placed
}

/** A vertical interval with caps. */
export const whisker = (x: number, lo: number, hi: number, cls: string): Markup =>
  markup`<path class="whisker ${cls}" d="M${px(x)} ${px(lo)}V${px(hi)}M${px(x - 4)} ${px(lo)}h8M${px(x - 4)} ${px(hi)}h8"/>`
