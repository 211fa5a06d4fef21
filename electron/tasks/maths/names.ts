/** Names in answers: the commands that are functions or symbols, and how a symbol is called. */
import type { Token } from './lexer.ts'

/** Functions of one argument. */
export const functions = new Set(
  (
    'log ln exp sin cos tan csc sec cot arcsin arccos arctan arccsc arcsec arccot sinh cosh tanh arsinh arcosh artanh arcsinh arccosh ' +
    'arctanh floor ceil det Gamma gamma'
  ).split(' '),
)
export const manyArguments = new Set(['gcd', 'lcm', 'max', 'min'])
export const otherSymbols = new Set(
  (
    'nabla angle measuredangle varnothing complement imath jmath triangle ell hbar square Im Re prime sharp flat natural star wp bigstar ' +
    'Diamond blacksquare'
  ).split(' '),
)
export const greek = new Set(
  (
    'alpha beta gamma Gamma delta Delta epsilon varepsilon zeta eta theta Theta vartheta iota kappa lambda Lambda mu nu xi Xi omicron pi Pi ' +
    'varpi rho varrho sigma Sigma varsigma tau upsilon Upsilon phi Phi varphi chi psi Psi omega Omega'
  ).split(' '),
)

/** How a name is written: a letter, \theta, \text{...}, \vec{v}. Text keeps its letters only; accents keep their command. */
export function rawName(token: Token): string {
  if (token.kind !== 'accent') return token.text
  const content = token.text.replaceAll(' ', '')
  const command = token.command!
  if (command.includes('text') || command === 'mbox') return content.replaceAll(/[()]/g, '')
  const family =
    { overline: 'bar', overrightarrow: 'vec', widetilde: 'tilde' }[command] ??
    (command.startsWith('math') ? 'math' : command)
  return `${family}{${content}}`
}

export const textOf = (tokens: readonly Token[]): string =>
  tokens.map((token) => (token.kind === 'accent' ? rawName(token) : token.text)).join('')
