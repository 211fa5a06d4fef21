/**
 * Numbers as a reader wants them: as many digits as their uncertainty allows, grouped, with engineering units. A true minus
 * sign, a narrow no-break space before a unit.
 */
const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const space = '\u202f'
export const minus = '\u2212'
export const dash = '\u2013'

const signed = (text: string): string => text.replace('-', minus)

/** 889,214 */
export const count = (value: number): string => signed(grouped.format(value + 0))

/** `1 row`, `2 rows` */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`

/** 41.3k, 3.3 M: three significant digits at most. */
export function compact(value: number): string {
  const size = Math.abs(value)
  if (size < 1000) return signed(String(Number(value.toPrecision(3))))
  if (size < 999_500) return `${signed(digits3(value / 1e3))}k`
  if (size < 999_500_000) return `${signed(digits3(value / 1e6))}${space}M`
  return `${signed(digits3(value / 1e9))}${space}G`
}

/** As `compact`, for axis labels: no trailing zeros. */
export function tick(value: number): string {
  return compact(value)
    .replace(/(\.\d*?)0+(?=\D|$)/, '$1')
    .replace(/\.(?=\D|$)/, '')
}

const digits3 = (value: number): string => {
  const size = Math.abs(value)
  return value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2)
}

const prefixes = ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'] as const

/** Which prefix an axis of this largest value is read in: its factor and its unit. */
export function flopUnit(largest: number): { readonly factor: number; readonly unit: string } {
  const power = largest > 0 ? Math.min(prefixes.length - 1, Math.max(0, Math.floor(Math.log10(largest) / 3 + 1e-9))) : 0
  return { factor: 10 ** (3 * power), unit: `${prefixes[power]}FLOP` }
}

/** 2.40 PFLOP, 698 EFLOP */
export function flops(value: number): string {
  const { factor, unit } = flopUnit(Math.abs(value) * 1.0005)
  return value === 0 ? '0 FLOP' : `${signed(digits3(value / factor))} ${unit}`
}

/** 812 MB, 1.4 GB: powers of 1000, as disks are sold. */
export function bytes(value: number): string {
  const power = value > 0 ? Math.min(4, Math.floor(Math.log10(value * 1.0005) / 3)) : 0
  const unit = ['B', 'kB', 'MB', 'GB', 'TB'][Math.max(0, power)]
  const scaled = value / 10 ** (3 * Math.max(0, power))
  return `${power <= 0 ? Math.round(scaled) : scaled.toFixed(scaled >= 9.95 ? 0 : 1)} ${unit}`
}

/** A share as percent: 24 %, 7.4 %, under 10 with a decimal. */
export function percent(share: number, decimals?: number): string {
  const value = share * 100
  return `${signed(value.toFixed(decimals ?? (Math.abs(value) < 9.95 && value !== 0 ? 1 : 0)))}${space}%`
}

/** A plain measured value, three significant digits unless told; very small and very large ones in powers of ten. */
export function plain(value: number, significant = 3): string {
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 1e5 || size < 1e-3) return scientific(value, significant)
  if (size >= 10 ** significant) return count(value)
  return signed(value.toPrecision(significant))
}

/** 1e-3, 2.5e-4: as learning rates are written. */
export const scientific = (value: number, significant = 3): string =>
  Number(value.toPrecision(significant)).toExponential().replace('e+', 'e').replace(/^-/, minus)

/** Decimals at which an uncertainty shows one significant digit, two where that digit is 1: 0.6 → 1, 0.14 → 2, 12 → 0. */
export function decimalsFor(uncertainty: number): number {
  if (!(uncertainty > 0) || !Number.isFinite(uncertainty)) return 1
  const power = Math.floor(Math.log10(uncertainty))
  const leading = uncertainty / 10 ** power
  return Math.min(6, Math.max(0, -power + (leading < 1.95 ? 1 : 0)))
}

/** 76.4 ± 0.6, rounded where the uncertainty begins. */
export function plusMinus(value: number, uncertainty: number): string {
  const decimals = decimalsFor(uncertainty)
  return `${signed(value.toFixed(decimals))} ± ${uncertainty.toFixed(decimals)}`
}

/** 82.3 [80.4, 83.9] */
export function interval(value: number, lo: number, hi: number): string {
  const decimals = decimalsFor((hi - lo) / 2)
  const text = (number: number) => signed(number.toFixed(decimals))
  return `${text(value)} [${text(lo)}, ${text(hi)}]`
}

/** An accuracy (shares) in percent points with half its interval: 76.4 ± 1.9. */
export const accuracy = ({ value, lo, hi }: { value: number; lo: number; hi: number }): string =>
  plusMinus(value * 100, ((hi - lo) / 2) * 100)

/** A difference with its sign: +0.87, −1.21; what rounds to nothing has none. */
export function difference(value: number, decimals = 2): string {
  const text = value.toFixed(decimals)
  if (Number(text) === 0) return text.replace('-', '')
  return `${value > 0 ? '+' : ''}${signed(text)}`
}
