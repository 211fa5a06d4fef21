/** Sets of real numbers as ordered pieces with computed ends: how intervals, unions and inequalities are compared. */
import { evaluate } from './evaluate.ts'
import { difference, symbolsOf, type Answer, type Expression, type Relation } from './expression.ts'
import { polynomialIn, realRoots } from './polynomial.ts'

interface Piece {
  readonly from: number
  readonly to: number
  readonly hasFrom: boolean
  readonly hasTo: boolean
}
export type RealSet = readonly Piece[]

const everything: RealSet = [{ from: -Infinity, to: Infinity, hasFrom: false, hasTo: false }]

/** Null for what is no set of computable real numbers. */
export function realSet(answer: Answer): RealSet | null {
  switch (answer.kind) {
    case 'interval': {
      const [from, to] = [end(answer.from), end(answer.to)]
      if (from === null || to === null) return null
      return tidy([
        { from, to, hasFrom: !answer.leftOpen && from !== -Infinity, hasTo: !answer.rightOpen && to !== Infinity },
      ])
    }
    case 'finite': {
      const values = answer.items.map((item) => end(item))
      if (!values.every((value) => value !== null && Number.isFinite(value))) return null
      return tidy(values.map((x) => ({ from: x!, to: x!, hasFrom: true, hasTo: true })))
    }
    case 'named':
      return answer.name === 'R' ? everything : answer.name === 'empty' ? [] : null
    case 'union':
    case 'intersection':
    case 'minus': {
      const [left, right] = [realSet(answer.left), realSet(answer.right)]
      if (!left || !right) return null
      if (answer.kind === 'union') return tidy([...left, ...right])
      return answer.kind === 'intersection' ? common(left, right) : common(left, complement(right))
    }
    case 'relation':
      return solutions(answer)
    case 'chain': {
      const sets = answer.relations.map(solutions)
      return sets.every((set) => set !== null) ? sets.reduce((a, b) => common(a!, b!)) : null
    }
    default:
      return null
  }
}

/** Ends agree to nine digits, and whether they belong. */
export function sameRealSet(a: RealSet, b: RealSet): boolean {
  return (
    a.length === b.length &&
    a.every((piece, i) => {
      const other = b[i]!
      return (
        near(piece.from, other.from) &&
        near(piece.to, other.to) &&
        piece.hasFrom === other.hasFrom &&
        piece.hasTo === other.hasTo
      )
    })
  )
}

const near = (x: number, y: number): boolean =>
  x === y || Math.abs(x - y) <= 1e-9 * Math.max(1, Math.abs(x), Math.abs(y))

function end(x: Answer): number | null {
  if (x.kind === 'constant' && x.name === 'infinity') return Infinity
  if (x.kind === 'multiply' && x.args.some((arg) => arg.kind === 'constant' && arg.name === 'infinity')) {
    const rest = x.args.filter((arg) => !(arg.kind === 'constant' && arg.name === 'infinity'))
    const sign = evaluate({ kind: 'multiply', args: rest }, new Map())
    return sign && sign.im === 0 && sign.re !== 0 ? Math.sign(sign.re) * Infinity : null
  }
  if (!('kind' in x) || x.kind === 'relation' || x.kind === 'chain' || x.kind === 'opaque') return null
  const value = evaluate(x as Expression, new Map())
  return value && value.im === 0 ? value.re : null
}

/** Sorted, overlapping and touching pieces joined, empty ones gone. */
function tidy(pieces: readonly Piece[]): RealSet {
  const sorted = pieces
    .filter(({ from, to, hasFrom, hasTo }) => from < to || (near(from, to) && hasFrom && hasTo))
    .sort((a, b) => a.from - b.from || Number(b.hasFrom) - Number(a.hasFrom))
  const joined: Piece[] = []
  for (const piece of sorted) {
    const last = joined.at(-1)
    const touches = last && (piece.from < last.to || (near(piece.from, last.to) && (piece.hasFrom || last.hasTo)))
    if (!touches) joined.push(piece)
    else if (piece.to > last.to || (near(piece.to, last.to) && piece.hasTo))
      joined[joined.length - 1] = { ...last, to: piece.to, hasTo: piece.hasTo }
  }
  return joined
}

function complement(set: RealSet): RealSet {
  const gaps: Piece[] = []
  let from = -Infinity
  let hasFrom = false
  for (const piece of set) {
    gaps.push({ from, to: piece.from, hasFrom, hasTo: !piece.hasFrom && piece.from !== -Infinity })
    from = piece.to
    hasFrom = !piece.hasTo && piece.to !== Infinity
  }
  gaps.push({ from, to: Infinity, hasFrom, hasTo: false })
  return tidy(gaps)
}

const common = (a: RealSet, b: RealSet): RealSet => complement(tidy([...complement(a), ...complement(b)]))

/** Where a relation of one unknown holds: the sign of a polynomial between its real roots. Null for other relations. */
function solutions({ sign, left, right }: Relation): RealSet | null {
  const unknowns = new Set([...symbolsOf(left), ...symbolsOf(right)])
  if (unknowns.size !== 1 || !isPlain(left) || !isPlain(right)) return null
  const [unknown] = unknowns as unknown as [string]
  const polynomial = polynomialIn(difference(left, right), [...unknowns][0] ?? unknown)
  if (!polynomial) return null
  const roots = realRoots(polynomial)
  if (!roots) return null
  const points: RealSet = tidy(roots.map((x) => ({ from: x, to: x, hasFrom: true, hasTo: true })))
  if (sign === '=') return points
  if (sign === '!=') return complement(points)
  const wanted = sign === '<' || sign === '<=' ? -1 : 1
  const edges = [-Infinity, ...roots, Infinity]
  const pieces: Piece[] = []
  for (let i = 0; i + 1 < edges.length; i++) {
    const [from, to] = [edges[i]!, edges[i + 1]!]
    const inside = from === -Infinity ? (to === Infinity ? 0 : to - 1) : to === Infinity ? from + 1 : (from + to) / 2
    const value = polynomial.reduceRight((sum, c) => sum * inside + c, 0)
    if (Math.sign(value) === wanted) pieces.push({ from, to, hasFrom: false, hasTo: false })
  }
  return tidy(sign.includes('=') ? [...pieces, ...points] : pieces)
}

const isPlain = (x: Answer): x is Expression =>
  ![
    'relation',
    'chain',
    'opaque',
    'finite',
    'tuple',
    'interval',
    'union',
    'intersection',
    'minus',
    'named',
    'matrix',
  ].includes(x.kind)
