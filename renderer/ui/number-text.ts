/** Numbers as people type them: 4,000, 1e-3, .5, 2_000; and as the field shows them back. */
export type ReadNumber =
  { readonly ok: true; readonly value: number | null } | { readonly ok: false; readonly why: string }

export interface NumberLimits {
  readonly min: number
  readonly max: number
  readonly integer: boolean
  readonly nullable: boolean
}

export function readNumber(text: string, { min, max, integer, nullable }: NumberLimits): ReadNumber {
  const plain = text
    .trim()
    .replace(/[,_\s\u202f]/g, '')
    .replace('\u2212', '-')
  if (plain === '') return nullable ? { ok: true, value: null } : { ok: false, why: 'a number is needed' }
  const value = Number(plain)
  if (!Number.isFinite(value)) return { ok: false, why: 'not a number' }
  if (integer && !Number.isInteger(value)) return { ok: false, why: 'a whole number' }
  if (value < min) return { ok: false, why: `at least ${showNumber(min)}` }
  if (value > max) return { ok: false, why: `at most ${showNumber(max)}` }
  return { ok: true, value }
}

export function showNumber(value: number | null): string {
  if (value === null) return ''
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-2 || size >= 1e12)) return value.toExponential().replace('e+', 'e')
  return value.toLocaleString('en-US', { maximumFractionDigits: 12 })
}
