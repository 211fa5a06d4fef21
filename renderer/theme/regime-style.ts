/** Regimes as background tints, always with their names: Adaptive none, Stable green, Mild amber, Severe red. */
import type { Regime } from '#shared/analysis/types.ts'
import type { Tokens } from './tokens.ts'

export interface RegimeStyle {
  readonly title: string
  /** Under a chart; null: no tint. */
  readonly tint: string | null
  readonly textColour: string
}

export function regimeStyle(regime: Regime, tokens: Tokens): RegimeStyle {
  switch (regime) {
    case 'adaptive':
      return { title: 'Adaptive', tint: null, textColour: tokens.second }
    case 'stable':
      return { title: 'Stable', tint: tokens['regime-stable'], textColour: tokens.good }
    case 'mild':
      return { title: 'Mild over-fit', tint: tokens['regime-mild'], textColour: tokens.warning }
    case 'severe':
      return { title: 'Severe over-fit', tint: tokens['regime-severe'], textColour: tokens.bad }
    case 'above-the-band':
      return { title: 'Above the band', tint: tokens.raised, textColour: tokens.second }
  }
}
