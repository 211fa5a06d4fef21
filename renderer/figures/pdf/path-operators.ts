/** SVG path data as the path operators of PDF (ISO 32000-1, 8.5): lines and cubic curves; arcs and quadratic curves become cubic. */
const argumentCount: Readonly<Record<string, number>> = { M: 2, L: 2, H: 1, V: 1, C: 6, Q: 4, A: 7, Z: 0 }

export const number = (value: number): string => String(Number(value.toFixed(4)) + 0)
const operator = (name: string, ...values: number[]): string => [...values.map(number), name].join(' ')

type Cubic = readonly [number, number, number, number, number, number]

export function pathOperators(data: string): string {
  const parts: string[] = []
  let [x, y, startX, startY] = [0, 0, 0, 0]
  for (const [, letter, rest] of data.matchAll(/([MLHVCQAZ])([^MLHVCQAZ]*)/gi)) {
    const kind = letter!.toUpperCase()
    const isRelative = letter !== kind
    const values = Array.from(rest!.matchAll(/[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi), ([text]) => Number(text))
    const count = argumentCount[kind]!
    if (kind === 'Z') {
      parts.push('h')
      ;[x, y] = [startX, startY]
    }
    for (let at = 0; count > 0 && at + count <= values.length; at += count) {
      const own = values.slice(at, at + count)
      const [ox, oy] = isRelative ? [x, y] : [0, 0]
      const place = (i: number): [number, number] => [own[i]! + ox, own[i + 1]! + oy]
      if (kind === 'M' && at === 0) {
        ;[x, y] = place(0)
        ;[startX, startY] = [x, y]
        parts.push(operator('m', x, y))
      } else if (kind === 'M' || kind === 'L' || kind === 'H' || kind === 'V') {
        const to: [number, number] = kind === 'H' ? [own[0]! + ox, y] : kind === 'V' ? [x, own[0]! + oy] : place(0)
        ;[x, y] = to
        parts.push(operator('l', x, y))
      } else if (kind === 'C') {
        parts.push(operator('c', ...place(0), ...place(2), ...place(4)))
        ;[x, y] = place(4)
      } else if (kind === 'Q') {
        const [[cx, cy], [tx, ty]] = [place(0), place(2)]
        const third = (from: number, control: number) => from + (2 / 3) * (control - from)
        parts.push(operator('c', third(x, cx), third(y, cy), third(tx, cx), third(ty, cy), tx, ty))
        ;[x, y] = [tx, ty]
      } else {
        const to = place(5)
        for (const cubic of arcCubics([x, y], own, to)) parts.push(operator('c', ...cubic))
        ;[x, y] = to
      }
    }
  }
  return parts.join('\n')
}

/** An elliptic arc from endpoint to centre form (SVG 2, B.2.4), in quarter turns or less, each a cubic. */
function arcCubics([x1, y1]: [number, number], own: readonly number[], [x2, y2]: [number, number]): Cubic[] {
  const [phi, isLarge, isSweep] = [(own[2]! * Math.PI) / 180, own[3] !== 0, own[4] !== 0]
  let [rx, ry] = [Math.abs(own[0]!), Math.abs(own[1]!)]
  if (rx === 0 || ry === 0) return [[x1, y1, x2, y2, x2, y2]]
  const [cos, sin] = [Math.cos(phi), Math.sin(phi)]
  const [dx, dy] = [(x1 - x2) / 2, (y1 - y2) / 2]
  const [px, py] = [cos * dx + sin * dy, -sin * dx + cos * dy]
  const grow = Math.sqrt(Math.max(1, (px / rx) ** 2 + (py / ry) ** 2))
  rx *= grow
  ry *= grow
  const under = (rx * ry) ** 2 - (rx * py) ** 2 - (ry * px) ** 2
  const factor = Math.sqrt(Math.max(0, under / ((rx * py) ** 2 + (ry * px) ** 2))) * (isLarge === isSweep ? -1 : 1)
  const [qx, qy] = [(factor * rx * py) / ry, (-factor * ry * px) / rx]
  const [cx, cy] = [cos * qx - sin * qy + (x1 + x2) / 2, sin * qx + cos * qy + (y1 + y2) / 2]
  const from = Math.atan2((py - qy) / ry, (px - qx) / rx)
  let turn = Math.atan2((-py - qy) / ry, (-px - qx) / rx) - from
  if (isSweep && turn < 0) turn += 2 * Math.PI
  if (!isSweep && turn > 0) turn -= 2 * Math.PI
  const pieces = Math.max(1, Math.ceil(Math.abs(turn) / (Math.PI / 2) - 1e-9))
  const step = turn / pieces
  const reach = (4 / 3) * Math.tan(step / 4)
  const at = (u: number, v: number): [number, number] => [
    cx + cos * rx * u - sin * ry * v,
    cy + sin * rx * u + cos * ry * v,
  ]
  return Array.from({ length: pieces }, (_, piece): Cubic => {
    const [a, b] = [from + piece * step, from + (piece + 1) * step]
    const first = at(Math.cos(a) - reach * Math.sin(a), Math.sin(a) + reach * Math.cos(a))
    const second = at(Math.cos(b) + reach * Math.sin(b), Math.sin(b) - reach * Math.cos(b))
    return [...first, ...second, ...at(Math.cos(b), Math.sin(b))]
  })
}
