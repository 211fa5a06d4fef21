/** Intervals as vertical lines: a custom series of (x, low, high), drawn alike wherever points have intervals. */
interface Api {
  value(dimension: number): unknown
  coord(at: number[]): number[]
}

export interface Whiskers {
  readonly data: readonly (readonly [x: number, lo: number, hi: number])[]
  readonly colour: string
  readonly width?: number
  readonly opacity?: number
  readonly z?: number
}

export const whiskers = ({ data, colour, width = 1, opacity = 0.7, z = 3 }: Whiskers) => ({
  name: 'interval',
  type: 'custom' as const,
  silent: true,
  clip: true,
  z,
  data: data.map((row) => [...row]),
  renderItem: (_params: unknown, api: Api) => {
    const [x, lo, hi] = [0, 1, 2].map((dimension) => Number(api.value(dimension))) as [number, number, number]
    const [px, top] = api.coord([x, hi]) as [number, number]
    const [, bottom] = api.coord([x, lo]) as [number, number]
    return {
      type: 'line' as const,
      shape: { x1: px, y1: top, x2: px, y2: bottom },
      style: { stroke: colour, lineWidth: width, opacity },
    }
  },
})
