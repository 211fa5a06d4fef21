/** How the miniature names its arms, sets and verdicts. */
import type { PaperResult } from '#shared/contract/paper-study.ts'
import { regimeWord } from '../report/words.ts'

type Run = Pick<PaperResult['runs'][number], 'role' | 'set' | 'regime'>

const setTitles: Readonly<Record<string, string>> = {
  'uniform-250': 'Uniform 250',
  'uniform-1000': 'Uniform 1,000',
  'uniform-4000': 'Uniform 4,000',
  'easy-1000': 'Easy 1,000',
  'hard-1000': 'Hard 1,000',
}
export const setTitle = (set: string): string => setTitles[set] ?? set

const rivalTitles: Readonly<Record<string, string>> = {
  base: 'base',
  'pure-rl': 'pure RL (GRPO)',
  'pure-sft': 'pure SFT',
  luffy: 'LUFFY',
  srft: 'SRFT',
  upt: 'UPT',
  'prefix-rft': 'Prefix-RFT',
}

/** The same for every seed: what groups arms. */
export function armTitle({ role, set, regime }: Run): string {
  if (role === 'sft') return `SFT, ${setTitle(set ?? '')}`
  if (role === 'branch') return `${setTitle(set ?? '')} → RL, ${regimeWord(regime)}`
  return rivalTitles[role] ?? role
}

export const armPaint = ({ role }: Run): string =>
  role === 'branch' ? 'sequential' : role === 'pure-rl' ? 'rl' : role === 'pure-sft' ? 'sft' : 'synchronized'

export const verdictTitle = { supported: 'holds', contradicted: 'turned over', undecided: 'open' } as const
