/** Quantities in engineering units, as people read them: `2.4 PFLOP`, `41 k`, `1.2 GB`, `12 min left`. Plain text, no locale. */

const prefixes = ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'] as const

/** Three significant digits, trailing zeros dropped: 2.4, 34.9, 698. */
const threeDigits = (value: number): string => String(Number(value.toPrecision(3)))

/** Value with the SI prefix that leaves 1 to 999 of it. Steps up where rounding would print 1000. */
function engineering(value: number, base = 1000): { readonly digits: string; readonly prefix: string } {
  if (!Number.isFinite(value)) return { digits: String(value), prefix: '' }
  let scaled = Math.abs(value)
  let power = 0
  while (Number(scaled.toPrecision(3)) >= base && power < prefixes.length - 1) {
    scaled /= base
    power++
  }
  return { digits: `${value < 0 ? '-' : ''}${threeDigits(scaled)}`, prefix: prefixes[power]! }
}

/** `698 EFLOP`, `2.4 PFLOP`, `0 FLOP`. */
export function formatFlops(flops: number): string {
  const { digits, prefix } = engineering(flops)
  return `${digits} ${prefix}FLOP`
}

/** `41 k`, `343 k`, `12`. */
export function formatCount(count: number): string {
  const { digits, prefix } = engineering(count)
  return prefix === '' ? digits : `${digits} ${prefix}`
}

/** `1.2 GB`: powers of 1000, as disks are sold and file managers count. */
export function formatBytes(bytes: number): string {
  const { digits, prefix } = engineering(bytes)
  return `${digits} ${prefix}B`
}

/** `40 s`, `12 min`, `3 h 20 min`, `2 d 4 h`: coarse on purpose, so that it does not jitter. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return 'unknown'
  if (seconds < 1) return 'under 1 s'
  if (seconds < 99.5) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 100) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return joined(hours, 'h', minutes % 60, 'min')
  const allHours = Math.round(seconds / 3600)
  return joined(Math.floor(allHours / 24), 'd', allHours % 24, 'h')
}

const joined = (whole: number, unit: string, rest: number, restUnit: string): string =>
  rest === 0 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${restUnit}`

/** `12 min left`. */
export const formatTimeLeft = (seconds: number): string =>
  Number.isFinite(seconds) && seconds >= 0 ? `${formatDuration(seconds)} left` : 'time left unknown'
