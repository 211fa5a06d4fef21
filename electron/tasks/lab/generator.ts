/**
 * Rows of the lab task: a chain of operators modulo 31, its written solution and its answer, each row from a stream of its
 * own, keyed by (seed, recipe, row number). Prompt `7 *3 -2 +11 *2 ?`, trace `7 *3 -2 = 19 +11 = 30 *2 = 29 $`, answer `29`.
 */
import { Failure } from '#shared/contract/failure.ts'
import { askToken, endToken, equalsToken, operatorClasses } from '#tokenizers/lab.ts'
import { rowStream, textHash, type RowStream } from '../row-stream.ts'
import { labDifficulty, type LabDifficulty } from './difficulty.ts'
import { checkRecipe, labRecipes, type LabRecipe, type LabSetName } from './recipe.ts'
import { applyOperator } from './operators.ts'

export interface LabRow {
  readonly prompt: string
  readonly trajectory: string
  /** The right final number, whatever the trajectory says. */
  readonly answer: string
  readonly difficulty: LabDifficulty
}

export interface LabRequest {
  readonly set: LabSetName | LabRecipe
  readonly rows: number
  readonly seed: number
  /** Number of the first row (default 0): a set can be made in parts. */
  readonly from?: number
  /** Prompts that must not appear (test and validation prompts): such a row is drawn again from its own stream. */
  readonly exclude?: ReadonlySet<string>
}

/** Redraws of one row before the exclusion counts as covering the whole recipe. */
const maxRedraws = 1000

/** Rows from..from+rows-1 of a set. Throws `input.invalid` for a recipe that cannot make them. */
export function* labRows(request: LabRequest): Generator<LabRow> {
  const recipe = typeof request.set === 'string' ? labRecipes[request.set] : request.set
  checkRecipe(recipe)
  const from = request.from ?? 0
  const key = [request.seed, textHash(JSON.stringify(recipe))]
  for (let row = from; row < from + request.rows; row++) yield labRow(recipe, key, row, request.exclude)
}

function labRow(recipe: LabRecipe, key: readonly number[], row: number, exclude?: ReadonlySet<string>): LabRow {
  const stream = rowStream(...key, row)
  for (let redraw = 0; redraw < maxRedraws; redraw++) {
    const chain = drawChain(recipe, stream)
    const prompt = [chain.start, ...chain.operators, askToken].join(' ')
    if (exclude?.has(prompt)) continue
    const trajectory = write(chain, recipe, stream).join(' ')
    const answer = String(chain.operators.reduce((state, op) => applyOperator(state, op, recipe.modulus), chain.start))
    return { prompt, trajectory, answer, difficulty: labDifficulty(prompt, trajectory) }
  }
  throw new Failure({
    code: 'input.invalid',
    message: `${maxRedraws} draws of row ${row} all gave an excluded prompt.`,
    input: `lab recipe, ${exclude?.size ?? 0} excluded prompts`,
    remedy: 'Exclude fewer prompts, or allow longer chains.',
  })
}

interface Chain {
  readonly start: number
  readonly operators: readonly string[]
}

function drawChain(recipe: LabRecipe, stream: RowStream): Chain {
  const count = stream.weighted(recipe.lengths)
  const { common, rare, novel } = recipe.classes
  const lists = [operatorClasses.common, operatorClasses.rare, operatorClasses.novel.slice(0, recipe.novelOperators)]
  const start = 1 + stream.below(recipe.modulus - 1)
  const operators = Array.from({ length: count }, () => {
    const list = lists[stream.weighted([common, rare, novel])]!
    return list[stream.below(list.length)]!
  })
  return { start, operators }
}

/** Trace tokens: the start, chunks "operator(s) = running value", the end; or the value alone. */
function write({ start, operators }: Chain, { writing, modulus }: LabRecipe, stream: RowStream): string[] {
  if (writing.by === 'expert') {
    const next = () => (stream.uniform() < writing.skipShare ? 2 : 1)
    return chunks(start, operators, modulus, next, (value) => value)
  }
  const style = stream.weighted([writing.styles.steps, writing.styles.coarse, writing.styles.answerOnly])
  if (style === 2) {
    const value = operators.reduce((state, op) => applyOperator(state, op, modulus), start)
    return [String(value), endToken]
  }
  const next = style === 0 ? () => 1 : () => (stream.uniform() < writing.pairShare ? 2 : 3)
  const slip = (value: number) => (stream.uniform() < writing.errorRate ? stream.below(modulus) : value)
  return chunks(start, operators, modulus, next, slip)
}

function chunks(
  start: number,
  operators: readonly string[],
  modulus: number,
  nextLength: () => number,
  written: (value: number) => number,
): string[] {
  const tokens = [String(start)]
  let value = start
  for (let at = 0; at < operators.length;) {
    const chunk = operators.slice(at, at + nextLength())
    value = written(chunk.reduce((state, op) => applyOperator(state, op, modulus), value))
    tokens.push(...chunk, equalsToken, String(value))
    at += chunk.length
  }
  return [...tokens, endToken]
}
