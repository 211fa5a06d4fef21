/**
 * Numbers as grade-school answers write them, read exactly: `1,200`, `$18`, `-3.50`, `75%`, `3/4`, `1 1/2`, `18 eggs`. No
 * rounding and no tolerance: 0.1 + 0.2 is 0.3.
 */
import { add, decimal, divide, equals, negate, type Rational } from '../rational.ts'

/** Longest numeral read, in characters: longer ones are no answer but an attack on big-integer arithmetic. */
const maxCharacters = 200

const digits = String.raw`(?:\d{1,3}(?:,\d{3})+|\d+)`
const numeralForm = String.raw`(?:${digits}(?:\.\d*)?|\.\d+)`
const sign = String.raw`[-+]?`
const currency = String.raw`(?:\\?\$|€|£|¥|US\$)?`
const unit = String.raw`(?:\\?%|\\?\$|€|£|¥|\\?°)?(?:\s*[A-Za-z][A-Za-z .'-]*)?\.?`
const mixedForm = new RegExp(`^(${sign})\\s*${currency}\\s*(\\d+)\\s+(\\d+)\\s*/\\s*(\\d+)\\s*${unit}$`)
const fractionForm = new RegExp(`^(${sign})\\s*${currency}\\s*(${numeralForm})\\s*/\\s*(${numeralForm})\\s*${unit}$`)
const texFractionForm = new RegExp(
  `^(${sign})\\s*\\\\[dt]?frac\\s*\\{\\s*(${numeralForm})\\s*\\}\\s*\\{\\s*(${numeralForm})\\s*\\}${unit}$`,
)
const decimalForm = new RegExp(`^(${sign})\\s*${currency}\\s*(${sign}${numeralForm})\\s*${unit}$`)

/**
 * Reads one number; currency and percent signs and a unit's words are dropped (75% is 75, as the data set writes it).
 * Null when the text is not exactly one number. Never throws.
 */
export function exactNumber(text: string): Rational | null {
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
    const part = quotient(parse(top!), parse(bottom!))
    return part && signed(minus!, add(parse(whole!), part))
  }
  const fraction = fractionForm.exec(plain) ?? texFractionForm.exec(plain)
  if (fraction) {
    const value = quotient(parse(fraction[2]!), parse(fraction[3]!))
    return value && signed(fraction[1]!, value)
  }
  const single = decimalForm.exec(plain)
  if (!single) return null
  const [, minus, value] = single
  return minus !== '' && /^[-+]/.test(value!) ? null : signed(minus!, parse(value!))
}

/** Equal as numbers: 1/2 and 0.50 are. */
export const sameNumber = equals

/** A decimal numeral with optional sign and thousands commas. */
function parse(numeral: string): Rational {
  const value = decimal(numeral.replaceAll(',', '').replace(/^[-+]/, ''))
  return numeral.startsWith('-') ? negate(value) : value
}

const signed = (minus: string, x: Rational): Rational => (minus === '-' ? negate(x) : x)

const quotient = (a: Rational, b: Rational): Rational | null => (b.n === 0n ? null : divide(a, b))
