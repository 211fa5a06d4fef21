/**
 * Where in a text the answer stands. Places are tried in the order math-verify tries them: "final answer is ...", boxes,
 * "answer: ...", "answer ...", then any mathematics; within one rank the last place first. LaTeX in any of its delimiters and
 * bare numbers and sums both count. The first place that can be read wins.
 */
import { isExpression, isRelational, type Answer, type Expression } from './expression.ts'
import { finite } from './gather.ts'
import { parseAnswer } from './parse-answer.ts'
import { normaliseLatex } from './normalise.ts'
import { numeralValue, parsePlain } from './plain.ts'

export interface Extracted {
  /** The first answer that could be read. */
  readonly answer: Answer | null
  /** The first place that was tried, as normalised text: texts that are the same are the same answer. */
  readonly text: string | null
}

export function extractAnswer(text: string): Extracted {
  let first: string | null = null
  for (const rank of ranks) {
    const found = rank.flatMap(({ pattern, kind }) =>
      Array.from(text.matchAll(pattern), (match) => ({ match, kind, end: match.index + match[0].length })),
    )
    // Rightmost end first; among those the leftmost start.
    found.sort((a, b) => b.end - a.end || a.match.index - b.match.index)
    for (const { match, kind } of found) {
      const { answer, text: place } = kind === 'latex' ? readLatex(match) : readPlain(match)
      if (place) first ??= place
      if (answer) return { answer, text: first }
    }
  }
  return { answer: null, text: first }
}

type Kind = 'latex' | 'plain'
interface Place {
  readonly pattern: RegExp
  readonly kind: Kind
}

function readLatex({ groups = {} }: RegExpMatchArray): Extracted {
  const places = ['first', 'next1', 'next2', 'next3', 'next4', 'next5'].flatMap((prefix) => {
    const name = Object.keys(groups).find((key) => key.startsWith(`${prefix}_latex`) && groups[key])
    return name
      ? [{ latex: groups[name]!, percent: Boolean(groups[`${prefix}_percent`]), isBox: name.endsWith('latexBoxed') }]
      : []
  })
  const texts: string[] = []
  const answers = places.map(({ latex, percent, isBox }) => {
    const normalised = normaliseLatex(latex, isBox ? 'last' : 'all')
    texts.push(normalised)
    const answer = parseAnswer(normalised) ?? parseAnswer(lastEquation(normalised))
    return answer && percent ? asPercent(answer) : answer
  })
  if (answers.length > 1 && answers.every((answer) => answer !== null))
    return {
      answer: finite(answers.flatMap((answer) => (answer.kind === 'finite' ? answer.items : [answer]))),
      text: texts.join(' and '),
    }
  return { answer: answers[0] ?? null, text: texts[0] ?? null }
}

/** After "a = b = c" only c; texts with commas are left whole. */
function lastEquation(latex: string): string {
  if (/[,;]/.test(latex)) return latex
  const parts = latex.split(/(?<!\\|<|!|>)=/)
  return parts.length > 2 ? parts.at(-1)! : latex
}

/** A percentage. Of a set it equals nothing else, of a relation there is none. */
function asPercent(answer: Answer): Answer | null {
  if (isExpression(answer)) return { kind: 'percent', arg: answer }
  return isRelational(answer) ? null : { kind: 'opaque', name: 'percent', arg: answer }
}

function readPlain(match: RegExpMatchArray): Extracted {
  const { groups = {} } = match
  const pick = (prefix: string) =>
    Object.entries(groups).find(([name, value]) => name.startsWith(prefix) && value)?.[1] ?? ''
  const [whole, fraction] = [pick('integer'), pick('decimal')]
  if (whole || fraction) {
    const value = numeralValue(whole, fraction)
    const answer: Expression = groups['percent'] ? { kind: 'percent', arg: value.answer } : value.answer
    const others = alternatives(match)
    if (others.length === 0) return { answer, text: value.text }
    return { answer: finite([answer, ...others]), text: `${value.text} or another` }
  }
  const source = groups['expr'] ?? ''
  return { answer: source ? parsePlain(source) : null, text: source || null }
}

/** The numbers offered beside one: "42 or 41" is two answers, as it is in LaTeX, not whichever is right. */
function alternatives({ index = 0, input = '', 0: found }: RegExpMatchArray): Expression[] {
  const after = /^[ \t]*,?[ \t]*or[ \t]+(?:\*\*)?(-?\d+)(\.\d+)?/.exec(
    input.slice(index + found.length, index + found.length + 40),
  )
  const before = /(?:^|[\s=*])(-?\d+)(\.\d+)?(?:\*\*)?[ \t]*,?[ \t]*or$/.exec(
    input.slice(Math.max(0, index - 40), index),
  )
  return [after, before].flatMap((numeral) => (numeral ? [numeralValue(numeral[1]!, numeral[2] ?? '').answer] : []))
}

// --- LaTeX environments
const percentWord = String.raw`(?:\\?%|[Pp]ercent|[Pp]ercentage|[Pp]ct)`

/** Any one environment with its content in a group named by prefix; `boxed`: those that hold a box. */
function environment(prefix: string, boxed: boolean): string {
  const contents = {
    DisplayDollar: String.raw`(?:[^$]|\$(?!\$))`,
    DisplayBracket: String.raw`(?:[^\\]|\\(?!\]))`,
    InlineDollar: String.raw`(?:\\[$]|[^\n$])`,
    InlineParenthesis: String.raw`(?:[^\\\n]|\\(?!\)))`,
    InlineBracket: String.raw`[^\n\]\[]`,
  }
  const within = (name: keyof typeof contents) => {
    const character = contents[name]
    const body = boxed ? String.raw`${character}*?\\boxed\{${character}+?\}${character}*?` : `${character}+?`
    return `(?<${prefix}_latex${name}>${body})`
  }
  const number = String.raw`-?\d+(?:[.,]\d+)?`
  const forms = [
    String.raw`(?<!\\)\$\$${within('DisplayDollar')}(?<!\\)\$\$`,
    String.raw`(?<!\\)\\\[${within('DisplayBracket')}(?<!\\)\\\]`,
    String.raw`(?<!\\|\d)\$${within('InlineDollar')}(?<!\\)\$`,
    String.raw`(?<!\\)\\\(${within('InlineParenthesis')}(?<!\\)\\\)`,
    String.raw`\s\[${within('InlineBracket')}\]\s`,
    ...(boxed ? [] : [String.raw`(?<${prefix}_latexFraction>-?\\frac\{${number}\}\{${number}\})`]),
  ]
  return String.raw`(?:(?:${forms.join('|')})\s*(?<${prefix}_percent>${percentWord})?)`
}

/** Up to six environments joined by "and", "or" or commas. */
function environments(boxed: boolean): string {
  const space = boxed ? String.raw`\s*` : ''
  const next = [1, 2, 3, 4, 5].map(
    (i) => String.raw`${space}(?:\s*(?:,?and|,?or|,)\s*${environment(`next${i}`, boxed)})?`,
  )
  return environment('first', boxed) + next.join('')
}

// --- numbers and sums outside LaTeX
const numberForm =
  String.raw`(?<!\d)(?:(?<integer1>-?[1-9]\d{0,2}(?:[ ,]\d{3})+)(?<decimal1>\.\d+)?|(?<integer2>-?\d+)(?<decimal2>[.,]\d+)|` +
  String.raw`(?<decimal3>\.\d+)|(?<integer3>-?\d+))(?<percent>\s*(?:%|[Pp]ercent|\s*[Pp]ercentage|\s*[Pp]ct))?`
const operators = String.raw`\+\-\*×\/\^\(\)÷`
const sumForm = String.raw`(?<expr>-?\(?-?\d[\d\.\s${operators}]*[${operators}][\d\.\s${operators}]+\)?)`
const before = String.raw`(?:^|\s|=)(?:\*\*)?`
const after = String.raw`(?:\*\*)?(?:\.|,|:|\s|\)|\$|$)`
const currencies = '$€£¥₹₽₪₩₫฿₡₢₣₤₥₦₧₨₭₮₯₰₱₲₳₴₵₶₷₸₺₻₼₾₿'
const plainSum = `(?:${before}${sumForm}${after})`
const plainNumber = `(?:${before}[${currencies}]?${numberForm})`
const plain = `(?:${plainSum}|${plainNumber})`

const latex = `(?:${environments(false)})`
const place = (kind: Kind, source: string): Place => ({
  pattern: new RegExp(source, kind === 'latex' ? 'gs' : 'g'),
  kind,
})

/** Ranks in order; a rank's places are told apart only by where they stand. */
const ranks: readonly (readonly Place[])[] = [
  [
    place('latex', String.raw`(?i:final answer is)\:?\s*${latex}\.?\s?I hope`),
    place('plain', String.raw`(?i:final answer is)\:?\s*${plain}\.?\s?I hope`),
  ],
  [
    place('latex', String.raw`(?i:final answer.{0,100}?)\s+is\:?\s*${latex}`),
    place('latex', environments(true)),
    place('latex', String.raw`(?<first_latexBoxed>\\boxed\{.+\})`),
    place('plain', String.raw`(?i:final answer.{0,100}?)\s+is\:?${plain}`),
  ],
  [
    place('latex', `(?i:answer):.{0,50}?${latex}`),
    place('plain', String.raw`(?i:answer):(?:.{0,100}=\s*|.{0,50}?)${plain}(?!\s*=)`),
  ],
  [
    place('latex', `(?i:answer).{0,50}?${latex}`),
    place('plain', String.raw`(?i:answer)(?:.{0,100}=\s*|.{0,50}?)${plain}(?!\s*=)`),
  ],
  [place('latex', latex), place('plain', plainSum), place('plain', plainNumber)],
]
