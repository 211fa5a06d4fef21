/**
 * LaTeX as people and models write it, brought into one form before it is read: boxes opened, styling dropped, units and words
 * for percent taken out, malformed fractions and roots repaired. The steps and their order are those on which math-verify's
 * verdicts rest.
 */
import { boxedContent } from './boxes.ts'

export function normaliseLatex(latex: string, boxes: 'all' | 'last'): string {
  let text = boxedContent(latex, boxes)
  text = withoutStyling(text)
  text = withoutUnits(text)
  if (text.startsWith('.')) text = `0${text}`
  if (text === '0.5') text = '\\frac{1}{2}'
  return repaired(text).trim()
}

const delimiters = String.raw`(\\\{|\{|\\\||\||\[|\(|\\rbracl|\\lgroup|\\lbrace|\\lbrack|\\vert|\\lvert|\\lceil|\\lfloor|\\langle|\\llcorner|\\ulcorner)`
const closers = String.raw`(\\\}|\}|\\\||\||\]|\)|\\rbrack|\\rgroup|\\rbrace|\\vert|\\rvert|\\rceil|\\rfloor|\\rangle|\\lrcorner|\\urcorner)`
const left = new RegExp(String.raw`\\m?left${delimiters}`, 'g')
const right = new RegExp(String.raw`\\m?right${closers}`, 'g')
const permutation = /\(([a-zA-Z0-9+\-*/\\ ]+?)\)_{([a-zA-Z0-9+\-*/\\ ]+?)}/g
const useless = /\\mathrm\{th\}|\\!\s*|\\text\s*\{\s*\}|\\\$|\$|(?<!\\)["']|\\displaystyle/g

/** One pass, first fitting alternative at each place. */
const replacements: readonly (readonly [string, string])[] = [
  [String.raw`\\math(?:rm|it|bf)`, '\\text'],
  [String.raw`\\text(?:normal|bf|it|rm)`, '\\text'],
  [String.raw`\\(?:d|t|c)frac`, '\\frac'],
  [String.raw`\s\.`, ' 0.'],
  [String.raw`\{\.`, '{0.'],
  [String.raw`~=`, '\\approx'],
  [String.raw`\s*\{\s*,\s*\}`, ','],
  [String.raw`(?<![a-zA-Z]),?\s*(?:and|or)(?![a-zA-Z])`, ','],
  [String.raw`,?\s*\\text\{\s*(?:and|or)\s*\}`, ','],
  [String.raw`(?<!\\)\\\s`, ' '],
  [String.raw`infinity`, '\\infty'],
  [String.raw`,?\\ldots`, ' '],
  [String.raw`\s*\bpercentage\b`, '\\%'],
  [String.raw`\\text\{percentage\}`, '%'],
  [String.raw`\s*\bpercent\b`, '\\%'],
  [String.raw`\\text\{percent\}`, '%'],
  [String.raw`\s*\bpct\b`, '\\%'],
  [String.raw`\\text\{pct\}`, '%'],
  [String.raw`(?<!\\)inf(?!inity)`, '\\infty'],
  [String.raw` sqrt`, '\\sqrt'],
]
const replaceable = new RegExp(replacements.map(([pattern]) => `(${pattern})`).join('|'), 'g')

function withoutStyling(latex: string): string {
  let text = latex
    .replaceAll('\\mathrm{T}', 'T')
    .replaceAll('\\mathrm{d}', 'd')
    .replaceAll('{\\rm d}', 'd')
    .replaceAll('\\left[\\begin{matrix}', '\\begin{bmatrix}')
    .replaceAll('\\end{matrix}\\right]', '\\end{bmatrix}')
    .replace(left, '$1')
    .replace(right, '$1')
    .replace(permutation, '\\frac{($1)!}{(($1)-($2))!}')
    .replace(useless, '')
  text = text.replace(replaceable, (...found: unknown[]) => {
    const which = found.slice(1, replacements.length + 1).findIndex((group) => group !== undefined)
    return replacements[which]![1]
  })
  text = text.replaceAll(/[\n\t]/g, ' ')
  return text.includes('matrix') ? text : text.replaceAll(/\\\\(?=[a-zA-Z])/g, '\\')
}

const units =
  'integerpoint|feet|sue|digit|pound|meal|edge|student|children ticket|multiple|east|degree|mph|kmph|ft|m square| m east|sq m|deg|mile|q .|' +
  'monkey|prime|ratio|profit of rs|rd|o|gm|p . m|lb|tile|per|dm|lt|gain|ab|way|west|a .|b .|c .|d .|e .|f .|g .|h .|t|h|no change|men|soldier|' +
  'pie|bc|excess|st|inches|noon|cent|by|gal|kmh|c|acre|rise|a . m|th|π r 2|sq|mark|l|toy|coin|sq . m|gallon|° f|profit|minw|yr|women|am|pm|hr|' +
  'cu cm|square|are|rupee|rounds|cubic|cc|mtr|s|ohm|number|day|hour|minute|min|second|man|woman|sec|cube|mt|sq inch|mp|hectare|more|unit|' +
  'cu . m|cm 2|rs .|rs|kg|g|month|km|m|cm|mm|apple|liter|loss|yard|pure|year|increase|decrease|d|less|Surface|litre|pi sq m|s .|metre|meter|inch'
const trailingUnit = new RegExp(String.raw`(\d|\}|\s)\s*(?:${units})(?:s|es)?\s*$`)
const trailingText = /(\\(?:text|mbox)\{.*?\})(\^\d|\{\^\d\})?$/s

function withoutUnits(latex: string): string {
  let text = latex
  const bare = text.replace(trailingText, '').trim()
  if (bare !== '') text = bare
  for (let i = 0; i < 2; i++) {
    const shorter = text.replace(trailingUnit, '$1')
    if (shorter !== '') text = shorter
  }
  return text
}

const repairs: readonly (readonly [RegExp, string])[] = [
  [/\^\s?\((.*?)\)/g, '^{$1}'],
  [/sqrt\s?\((.*?)\)/g, '\\sqrt{$1}'],
  [/\\frac\s?(\d)\s?(\d+)/g, '\\frac{$1}{$2}'],
  [/\\log_\s?(\d)\s?(\d+)/g, '\\log_{$1}{$2}'],
  [/\\frac\s?{(.*?)}\s?(\d)/g, '\\frac{$1}{$2}'],
  [/\\frac\s?(\d)\s?{(.*?)}/g, '\\frac{$1}{$2}'],
  [/\\sqrt\s?(\d)/g, '\\sqrt{$1}'],
]

function repaired(latex: string): string {
  const text = repairs
    .reduce((done, [pattern, form]) => done.replace(pattern, form), latex)
    .replaceAll(' sqrt', '\\sqrt')
  return slashFraction(bareFractions(bareRoots(text)))
}

/** \sqrt3 -> \sqrt{3}; what follows a bracket or brace is left alone. */
function bareRoots(text: string): string {
  const [head, ...rest] = text.split('\\sqrt')
  return rest.reduce<string>((done, part) => {
    const body = part.trimStart()
    return `${done}\\sqrt${body === '' || body.startsWith('{') || body.startsWith('[') ? body : `{${body[0]}}${body.slice(1)}`}`
  }, head!)
}

/** \frac12 -> \frac{1}{2}, \frac1{2} -> \frac{1}{2}. A \frac with less than two characters after it leaves the text as it was. */
function bareFractions(text: string): string {
  const [head, ...rest] = text.split('\\frac')
  let done = head!
  for (const part of rest) {
    const body = part.trimStart()
    if (body.startsWith('{')) done += `\\frac${body}`
    else if (body.length < 2) return text
    else if (body[1] === '{') done += `\\frac{${body[0]}}${body.slice(1)}`
    else done += `\\frac{${body[0]}}{${body[1]}}${body.slice(2)}`
  }
  return done
}

/** 2/3 as a whole answer -> \frac{2}{3}. */
function slashFraction(text: string): string {
  const parts = /^(-?(?:0|[1-9]\d*))\/(-?(?:0|[1-9]\d*))$/.exec(text)
  return parts ? `\\frac{${parts[1]}}{${parts[2]}}` : text
}
