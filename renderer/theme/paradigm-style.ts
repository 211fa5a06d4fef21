/**
 * How a family of runs is drawn, everywhere the same: colour by paradigm, doubled by dash and marker, so that neither
 * colour-blind eyes nor a grey print lose it. Synchronized methods share the orange and differ by shade and dash.
 */
import type { Paradigm } from '#shared/experiment/spec.ts'
import type { Tokens } from './tokens.ts'

export interface SeriesStyle {
  /** Lines, bars and points. */
  readonly colour: string
  /** The same as text: dark enough on white. */
  readonly textColour: string
  readonly dash: 'solid' | 'dashed' | 'dotted' | readonly number[]
  readonly marker: 'circle' | 'rect' | 'triangle' | 'diamond' | 'emptyCircle'
}

/** Share of the colour that is left towards the surface, and the dash, by synchronized method. */
const synchronizedVariants: Readonly<
  Record<string, { shade: number; dash: SeriesStyle['dash']; marker: SeriesStyle['marker'] }>
> = {
  luffy: { shade: 1, dash: 'solid', marker: 'triangle' },
  srft: { shade: 0.62, dash: 'dotted', marker: 'triangle' },
  upt: { shade: 0.85, dash: 'dashed', marker: 'triangle' },
  'prefix-rft': { shade: 0.74, dash: [8, 3, 2, 3], marker: 'triangle' },
}

/** `a` over `b` with weight `share` (0..1), both `#rrggbb`. */
export function mix(a: string, b: string, share: number): string {
  const channel = (text: string, at: number) => parseInt(text.slice(at, at + 2), 16)
  const mixed = [1, 3, 5].map((at) => Math.round(channel(a, at) * share + channel(b, at) * (1 - share)))
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}

/** A token's colour with an alpha (0..1), for bands. */
export const translucent = (colour: string, alpha: number): string =>
  `${colour}${Math.round(alpha * 255)
    .toString(16)
    .padStart(2, '0')}`

export function seriesStyle(paradigm: Paradigm, objective: string, tokens: Tokens): SeriesStyle {
  switch (paradigm) {
    case 'sequential':
      return { colour: tokens.sequential, textColour: tokens['sequential-text'], dash: 'solid', marker: 'circle' }
    case 'rl':
      return { colour: tokens.rl, textColour: tokens['rl-text'], dash: [6, 3], marker: 'diamond' }
    case 'sft':
      return { colour: tokens.sft, textColour: tokens['sft-text'], dash: [2, 3], marker: 'rect' }
    case 'pretrain':
      return { colour: tokens.pretrain, textColour: tokens.third, dash: 'solid', marker: 'emptyCircle' }
    case 'synchronized': {
      const { shade, dash, marker } = synchronizedVariants[objective] ?? { shade: 1, dash: 'solid', marker: 'triangle' }
      return {
        colour: mix(tokens.synchronized, tokens.surface, shade),
        textColour: tokens['synchronized-text'],
        dash,
        marker,
      }
    }
  }
}
