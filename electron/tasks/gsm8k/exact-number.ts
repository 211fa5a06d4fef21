/**
 * Numbers as grade-school answers write them, read exactly: `1,200`, `$18`, `-3.50`, `75%`, `3/4`, `1 1/2`, `18 eggs`. A
 * number is a reduced fraction of big integers, so 0.1 + 0.2 problems and tolerances do not exist.
 */
export interface ExactNumber {
  readonly numerator: bigint
  /** Positive. */
  readonly denominator: bigint
}

/** Longest numeral read, in characters: longer ones are no answer but an attack on big-integer arithmetic. */
const maxCharacters = 200

const digits = String.raw`(?:\d{1,3}(?:,\d{3})+|\d+)`
const decimal = String.raw`(?:${digits}(?:\.\d*)?|\.\d+)`
const sign = String.raw`[-+]?`
const currency = String.raw`(?:\\?\$|€|£|¥|US\$)?`
const unit = String.raw`(?:\\?%|\\?\$|€|£|¥|\\?°)?(?:\s*[A-Za-z][A-Za-z .'-]*)?\.?`
const mixedForm = new RegExp(`^(${sign})\\s*${currency}\\s*(\\d+)\\s+(\\d+)\\s*/\\s*(\\d+)\\s*${unit}$`)
const fractionForm = new RegExp(`^(${sign})\\s*${currency}\\s*(${decimal})\\s*/\\s*(${decimal})\\s*${unit}$`)
const texFractionForm = new RegExp(
  `^(${sign})\\s*\\\\[dt]?frac\\s*\\{\\s*(${decimal})\\s*\\}\\s*\\{\\s*(${decimal})\\s*\\}${unit}$`,
)
const decimalForm = new RegExp(`^(${sign})\\s*${currency}\\s*(${sign}${decimal})\\s*${unit}$`)

/**
 * Reads one number; currency and percent signs and a unit's words are dropped (75% is 75, as the data set writes it).
 * Null when the text is not exactly one number. Never throws.
 */
export function exactNumber(text: string): ExactNumber | null {
  if (text.length > maxCharacters) return null
  const plain = text
    .trim()
    .replace(/^\$(.*)\$$/s, '$1')
    .replaceAll('{,}', ',')
    .replaceAll('\\,', '')
    .replaceAll(/[−–]/g, '-')
    .replaceAll('**', '')
    .trim()
  const mixed = mixedForm.exec(plain)
  if (mixed) {
    const [, minus, whole, top, bottom] = mixed
    const part = divide(parse(top!), parse(bottom!))
    return part && signed(minus!, add(parse(whole!), part))
  }
  const fraction = fractionForm.exec(plain) ?? texFractionForm.exec(plain)
  if (fraction) {
    const quotient = divide(parse(fraction[2]!), parse(fraction[3]!))
    return quotient && signed(fraction[1]!, quotient)
  }
  const single = decimalForm.exec(plain)
  if (!single) return null
  const [, minus, value] = single
  return minus !== '' && /^[-+]/.test(value!) ? null : signed(minus!, parse(value!))
}

/** Equal as numbers: 1/2 and 0.50 are. */
export const sameNumber = (a: ExactNumber, b: ExactNumber): boolean =>
  a.numerator === b.numerator && a.denominator === b.denominator

/** A decimal numeral with optional sign and thousands commas. */
function parse(numeral: string): ExactNumber {
  const negative = numeral.startsWith('-')
  const [whole = '', rest = ''] = numeral.replaceAll(',', '').replace(/^[-+]/, '').split('.')
  const value = reduced(BigInt(`${whole}${rest}` || '0'), 10n ** BigInt(rest.length))
  return negative ? { ...value, numerator: -value.numerator } : value
}

const signed = (minus: string, x: ExactNumber): ExactNumber => (minus === '-' ? { ...x, numerator: -x.numerator } : x)

const add = (a: ExactNumber, b: ExactNumber): ExactNumber =>
  reduced(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator)

const divide = (a: ExactNumber, b: ExactNumber): ExactNumber | null =>
  b.numerator === 0n ? null : reduced(a.numerator * b.denominator, a.denominator * b.numerator)

function reduced(numerator: bigint, denominator: bigint): ExactNumber {
  let [a, b] = [numerator < 0n ? -numerator : numerator, denominator]
  while (b !== 0n) [a, b] = [b, a % b]
  return a === 0n ? { numerator: 0n, denominator: 1n } : { numerator: numerator / a, denominator: denominator / a }
}
