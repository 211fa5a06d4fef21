/**
 * Tokens of a normalised LaTeX answer. Longest match first, as LaTeX reads commands. Spaces separate nothing and are dropped.
 * Words in \text{...} and accents are one token each: they name things.
 */
export type TokenKind =
  | 'number'
  | 'percent' // 12 %, with its sign
  | 'letter'
  | 'command' // \frac, \pi, ...
  | 'accent' // \text{...}, \vec{v}, ...
  | 'environment' // \begin{pmatrix}, \end{pmatrix}, ...
  | 'differential' // dx
  | 'sign' // punctuation and operators, in one spelling each

export interface Token {
  readonly kind: TokenKind
  /** Numeral, letter, command without its backslash, accent's content, or the sign. */
  readonly text: string
  /** An accent's command; an environment's `begin` or `end`. */
  readonly command?: string
}

const accents = new Set(
  (
    'acute bar overline breve check widecheck dot ddot grave hat tilde widetilde vec overrightarrow bm boldsymbol text textit textbf ' +
    'textnormal mathbb mathbin mathbf mathcal mathfrak mathit mathnormal mathop mathord mathrm mathring mathscr mathsf mathtt mbox'
  ).split(' '),
)
const sets: Readonly<Record<string, string>> = { N: 'N', Z: 'Z', Q: 'Q', R: 'R', C: 'C' }
const dropped = new Set(
  'quad qquad thinspace medspace thickspace negthinspace negmedspace negthickspace vrule vcenter vbox vskip vspace hfil'.split(
    ' ',
  ),
)

/** Spellings of one sign. */
const signs: readonly (readonly [string, string])[] = [
  ['+', '+'],
  ['∔', '+'],
  ['⊕', '+'],
  ['⊞', '+'],
  ['-', '-'],
  ['−', '-'],
  ['∸', '-'],
  ['*', '*'],
  ['×', '*'],
  ['⋅', '*'],
  ['∗', '*'],
  ['⋆', '*'],
  ['∘', '*'],
  ['∙', '*'],
  ['⊗', '*'],
  ['/', '/'],
  ['÷', '/'],
  ['∕', '/'],
  ['!==', '!='],
  ['!=', '!='],
  ['≠', '!='],
  ['==', '='],
  ['=', '='],
  ['≡', '='],
  ['~=', '~'],
  ['≈', '~'],
  ['≃', '~'],
  ['≅', '~'],
  ['<=', '<='],
  ['≤', '<='],
  ['≦', '<='],
  ['<', '<'],
  ['>=', '>='],
  ['≥', '>='],
  ['≧', '>='],
  ['>', '>'],
  ['∪', '∪'],
  ['∩', '∩'],
  ['∖', '∖'],
  ['±', '±'],
  ['∓', '±'],
  ['∅', '∅'],
  ['⊇', '⊇'],
  ['⊆', '⊆'],
  ['∉', '∉'],
  ...['(', ')', '[', ']', '{', '}', '|', '_', '^', ':', ';', ',', '.', '!', '&', "'"].map(
    (sign) => [sign, sign] as const,
  ),
]
const commandSigns: Readonly<Record<string, string>> = {
  times: '*',
  cdot: '*',
  div: '/',
  over: '/',
  lt: '<',
  gt: '>',
  le: '<=',
  leq: '<=',
  leqslant: '<=',
  ge: '>=',
  geq: '>=',
  geqslant: '>=',
  ne: '!=',
  neq: '!=',
  equiv: '=',
  approx: '~',
  cup: '∪',
  cap: '∩',
  setminus: '∖',
  pm: '±',
  mp: '±',
  emptyset: '∅',
  supseteq: '⊇',
  subseteq: '⊆',
  notin: '∉',
  in: '∈',
  lbrace: '\\{',
  rbrace: '\\}',
  lbrack: '[',
  rbrack: ']',
  lgroup: '(',
  rgroup: ')',
  lvert: '|<',
  rvert: '|>',
  vert: '|',
  mod: 'mod',
}
const unicodeNames: Readonly<Record<string, string>> = {
  π: 'pi',
  α: 'alpha',
  β: 'beta',
  γ: 'gamma',
  Γ: 'Gamma',
  δ: 'delta',
  Δ: 'Delta',
  ε: 'epsilon',
  θ: 'theta',
  Θ: 'Theta',
  λ: 'lambda',
  Λ: 'Lambda',
  μ: 'mu',
  ν: 'nu',
  ξ: 'xi',
  ρ: 'rho',
  σ: 'sigma',
  Σ: 'Sigma',
  τ: 'tau',
  φ: 'phi',
  Φ: 'Phi',
  χ: 'chi',
  ψ: 'psi',
  ω: 'omega',
  Ω: 'Omega',
  η: 'eta',
  ζ: 'zeta',
  κ: 'kappa',
}
const sticky = (source: string) => new RegExp(source, 'y')
const patterns = {
  space: sticky(String.raw`[ \t\r\n]+|\\[,:;!]|\\\$`),
  percent: sticky(String.raw`(\d+|\d*\.\d+)[ \t\r\n]?\\?%`),
  eNotation: sticky(String.raw`(?:\d+|\d*\.\d+)E[-+]?\d+`),
  number: sticky(String.raw`\d*\.\d+|\d+`),
  degree: sticky(String.raw`\^(?:\\circle|\\circ|\\degree|°|\{\\circ(?:le)?\}|\{\\degree\}|\{°\})`),
  transpose: sticky(String.raw`\^(?:T|\{T\}|\{\\top\})`),
  environment: sticky(String.raw`\\(begin|end)\{(matrix|pmatrix|bmatrix|vmatrix|array)\}(\{[clr]*\})?`),
  emptyBraces: sticky(String.raw`\\\{\\\}|\\lbrace\\rbrace`),
  set: sticky(String.raw`\\mathbb\{([NZQRC])\}|([ℕℤℚℝℂ])`),
  accent: sticky(String.raw`\\([a-zA-Z]+)[ \t\r\n]?\{((?:\\\}|[^}])*?)\}`),
  command: sticky(String.raw`\\([a-zA-Z]+) ?`),
  differential: sticky(String.raw`d[ \t\r\n]*(?:([a-zA-Z])|\\([a-zA-Z]+))`),
  letter: sticky('[a-zA-Z]'),
}
const doubleStruck: Readonly<Record<string, string>> = { ℕ: 'N', ℤ: 'Z', ℚ: 'Q', ℝ: 'R', ℂ: 'C' }

/** Tokens, or null where a character fits none. */
export function tokenise(latex: string): Token[] | null {
  const tokens: Token[] = []
  let at = 0
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const found = pattern.exec(latex)
    if (found) at += found[0].length
    return found
  }
  const push = (kind: TokenKind, text: string, command?: string) =>
    tokens.push({ kind, text, ...(command !== undefined && { command }) })
  let found: RegExpExecArray | null
  while (at < latex.length) {
    if (match(patterns.space)) continue
    if ((found = match(patterns.percent))) push('percent', found[1]!)
    else if ((found = match(patterns.eNotation))) push('number', found[0])
    else if ((found = match(patterns.number))) push('number', found[0])
    else if (match(patterns.degree)) push('sign', '°')
    else if (match(patterns.transpose)) push('sign', 'ᵀ')
    else if ((found = match(patterns.environment))) push('environment', found[2]!, found[1])
    else if (match(patterns.emptyBraces)) push('sign', '∅')
    else if ((found = match(patterns.set))) push('command', `set:${sets[found[1] ?? doubleStruck[found[2]!]!]}`)
    else if (latex[at] === '\\') {
      if (!escaped()) return null
    } else if ((found = match(patterns.differential))) push('differential', found[1] ?? found[2]!)
    else if ((found = match(patterns.letter))) push('letter', found[0])
    else if (unicodeNames[latex[at]!]) push('command', unicodeNames[latex[at++]!]!)
    else {
      const sign = signs.find(([spelling]) => latex.startsWith(spelling, at))
      if (!sign) return null
      at += sign[0].length
      push('sign', sign[1])
    }
  }
  return tokens

  /** A backslash: an accent, a command, or an escaped character. */
  function escaped(): boolean {
    const begin = at
    const accent = match(patterns.accent)
    if (accent && accents.has(accent[1]!)) {
      push('accent', accent[2]!, accent[1])
      return true
    }
    at = begin
    const command = match(patterns.command)
    if (command) {
      const name = command[1]!
      if (dropped.has(name)) return true
      if (commandSigns[name] !== undefined) push('sign', commandSigns[name])
      else push('command', name)
      return true
    }
    const two = latex.slice(at, at + 2)
    at += 2
    const sign = { '\\\\': '\\\\', '\\{': '\\{', '\\}': '\\}', '\\(': '(', '\\)': ')', '\\|': '\\|' }[two]
    if (sign === undefined) return false
    push('sign', sign)
    return true
  }
}
