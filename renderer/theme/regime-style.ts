/** Regimes as background tints, always with their names: Adaptive none, Stable green, Mild amber, Severe red. */
import type { Regime } from '#shared/analysis/types.ts'
import type { Tokens } from './tokens.ts'

export interface RegimeStyle {
  readonly title: string
  /** Under a chart; null: no tint. */
  readonly tint: string | null
  readonly textColour: string
}

const titles: Readonly<Record<Regime, string>> = {
  adaptive: 'Adaptive',
  stable: 'Stable',
  mild: 'Mild over-fit',
  severe: 'Severe over-fit',
  'above-the-band': 'Above the band',
}
export const regimeTitle = (regime: Regime): string => titles[regime]

export function regimeStyle(regime: Regime, tokens: Tokens): RegimeStyle {
  switch (regime) {
    case 'adaptive':
      return { title: titles[regime], tint: null, textColour: tokens.second }
    case 'stable':
      return { title: titles[regime], tint: tokens['regime-stable'], textColour: tokens.good }
    case 'mild':
      return { title: titles[regime], tint: tokens['regime-mild'], textColour: tokens.warning }
    case 'severe':
      return { title: titles[regime], tint: tokens['regime-severe'], textColour: tokens.bad }
    case 'above-the-band':
      return { title: titles[regime], tint: tokens.raised, textColour: tokens.second }
  }
}
