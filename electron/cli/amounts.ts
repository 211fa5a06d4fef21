/** Numbers as people write them on a command line. Each throws commander's InvalidArgumentError, which names the option. */
import { InvalidArgumentError } from 'commander'

const powers = { '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18, Z: 1e21 } as const

/** FLOPs: `2e12`, `1.6T`, `1.2 EFLOP`. */
export function flopsAmount(text: string): number {
  const [, digits, prefix] = /^\s*([\d.]+(?:e[+-]?\d+)?)\s*([kMGTPEZ]?)(?:FLOPs?)?\s*$/i.exec(text) ?? []
  const power = powers[(/^k$/i.test(prefix ?? '') ? 'k' : (prefix ?? '').toUpperCase()) as keyof typeof powers]
  const value = Number(digits) * power
  if (digits === undefined || !(value > 0)) throw new InvalidArgumentError('Write FLOPs as 2e12, 1.6T or "1.2 EFLOP".')
  return value
}

export function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Write a whole number from 1 on.')
  return value
}

/** A share: `0.3` or `30%`. */
export function shareAmount(text: string): number {
  const value = text.trim().endsWith('%') ? Number(text.trim().slice(0, -1)) / 100 : Number(text)
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError('Write a share above 0 and up to 1, as 0.3 or 30%.')
  return value
}

/** `25,50,100`. */
export const stepList = (text: string): number[] => {
  const parts = text.split(',').map((part) => part.trim())
  if (!parts.every((part) => /^\d+$/.test(part)))
    throw new InvalidArgumentError('Write steps with commas between: 25,50,100.')
  return parts.map(Number)
}
