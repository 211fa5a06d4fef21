/** How a scorer is called on an axis: `length (tokens)`, but `calculation steps` alone where the title says the unit. */
import type { Scorer } from '#shared/contract/datasets.ts'

export function scorerWords({ title, unit }: Pick<Scorer, 'title' | 'unit'>): string {
  const name = title.toLowerCase()
  return unit && !name.includes(unit.toLowerCase()) ? `${name} (${unit})` : name
}
