/** Paradigms, apart from the spec's schemas: the page reads these and must not carry a schema library with it. */
import type { Stage } from './spec.ts'

/** Which paradigm a stage belongs to: colours, families and claims go by it. */
export type Paradigm = 'pretrain' | 'sft' | 'sequential' | 'rl' | 'synchronized'

/** The paradigm of a run from its own stage and its ancestors' (nearest first). RL after SFT is sequential, after only a base it is pure RL. */
export function paradigmOf(kind: Stage['kind'], ancestors: readonly Stage['kind'][]): Paradigm {
  if (kind === 'rl') return ancestors.includes('sft') ? 'sequential' : 'rl'
  return kind
}
