/** Work in phases of known weight, told as one share that never goes back. */
import type { QueryOptions } from '../duck.ts'

export interface Phases<Name extends string> {
  /** Within a phase, 0..1. */
  share(name: Name, within: number): void
  /** For a query that is one phase. */
  of(name: Name): QueryOptions
  readonly signal: AbortSignal | undefined
}

/** Weights in the order of the phases; only their proportions count. */
export function phases<Name extends string>(
  weights: Readonly<Record<Name, number>>,
  onProgress: ((share: number) => void) | undefined,
  signal: AbortSignal | undefined,
): Phases<Name> {
  const names = Object.keys(weights) as Name[]
  const total = names.reduce((sum, name) => sum + weights[name], 0)
  let told = 0
  const share = (name: Name, within: number) => {
    const before = names.slice(0, names.indexOf(name)).reduce((sum, each) => sum + weights[each], 0)
    told = Math.max(told, (before + weights[name] * Math.min(1, Math.max(0, within))) / total)
    onProgress?.(told)
  }
  return { share, signal, of: (name) => ({ signal, onProgress: (within) => share(name, within) }) }
}
