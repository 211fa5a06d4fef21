/**
 * Finds the maths in a text before markdown sees it (its underscores and stars are not emphasis): `$…$`, `$$…$$`, `\(…\)`,
 * `\[…\]`, a bare `\boxed{…}`, and GSM8K's calculator annotations `<<48/2=24>>`. Pure. Each is replaced by a placeholder from
 * the private use area, which markdown leaves alone. A dollar that is money (`$12 an hour`) stays money: an opening dollar
 * is not followed by a space or, when it closes, preceded by one or followed by a digit (pandoc's rule).
 */
export interface MathPart {
  readonly kind: 'inline' | 'display' | 'annotation'
  readonly tex: string
}

const patterns: readonly { readonly kind: MathPart['kind']; readonly find: RegExp }[] = [
  { kind: 'annotation', find: /<<([^<>\n]{1,200})>>/y },
  { kind: 'display', find: /\$\$([^$]{1,5000}?)\$\$/y },
  { kind: 'display', find: /\\\[([\s\S]{1,5000}?)\\\]/y },
  { kind: 'inline', find: /\\\(([\s\S]{1,2000}?)\\\)/y },
  { kind: 'inline', find: /\$(?![\s$])((?:[^$\n\\]|\\.){1,1000}?)(?<!\s)\$(?!\d)/y },
]

export function splitMath(text: string): { readonly text: string; readonly maths: readonly MathPart[] } {
  // Placeholders of the text's own would be taken for ours.
  const source = text.replace(/[\uE000\uE001]/g, '')
  const maths: MathPart[] = []
  let out = ''
  let at = 0
  const keep = (part: MathPart, end: number) => {
    out += `\uE000${maths.length}\uE001`
    maths.push(part)
    at = end
  }
  while (at < source.length) {
    const letter = source[at]
    if (letter === '`') {
      const code = /(`+)[\s\S]*?\1/y
      code.lastIndex = at
      const found = code.exec(source)?.[0] ?? letter
      out += found
      at += found.length
      continue
    }
    if (letter === '$' || letter === '\\' || letter === '<') {
      const boxed = letter === '\\' ? boxedAt(source, at) : null
      if (boxed) {
        keep({ kind: 'inline', tex: boxed }, at + boxed.length)
        continue
      }
      if (takePattern(source, at, keep)) continue
    }
    out += letter
    at += 1
  }
  return { text: out, maths }
}

function takePattern(source: string, at: number, keep: (part: MathPart, end: number) => void): boolean {
  for (const { kind, find } of patterns) {
    find.lastIndex = at
    const found = find.exec(source)
    if (!found) continue
    keep({ kind, tex: (found[1] ?? '').trim() }, at + found[0].length)
    return true
  }
  return false
}

/** `\boxed{…}` with its braces balanced; null where there is none at `at`. */
function boxedAt(source: string, at: number): string | null {
  if (!source.startsWith('\\boxed{', at)) return null
  let depth = 0
  for (let end = at + 6; end < Math.min(source.length, at + 2000); end++) {
    if (source[end] === '{') depth += 1
    if (source[end] === '}' && --depth === 0) return source.slice(at, end + 1)
  }
  return null
}
