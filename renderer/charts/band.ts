/** A band from a lower to an upper edge: two lines, one stacked on the other, the space between them filled. */
import { translucent } from '../theme/paradigm-style.ts'

export interface Band {
  readonly edges: readonly (readonly [x: number, lo: number, hi: number])[]
  readonly colour: string
  /** Of the filling, 0..1. */
  readonly alpha: number
  /** Of the filling once more, where a whole series recedes. */
  readonly opacity?: number
  /** Tells bands of one chart apart. */
  readonly name?: string
}

export function band({ edges, colour, alpha, opacity = 1, name = 'band' }: Band) {
  const edge = (data: number[][]) => ({
    name,
    type: 'line' as const,
    stack: name,
    stackStrategy: 'all' as const,
    showSymbol: false,
    silent: true,
    lineStyle: { opacity: 0 },
    data,
  })
  return [
    edge(edges.map(([x, lo]) => [x, lo])),
    {
      ...edge(edges.map(([x, lo, hi]) => [x, hi - lo])),
      areaStyle: { color: translucent(colour, alpha), opacity },
    },
  ]
}
