/** What a policy refuses, said before TensorFlow says it worse. */
import type { ModelShape } from '#shared/experiment/presets.ts'
import { Failure } from '#shared/contract/failure.ts'
import type { GenerateRequest, ObjectiveGraph, PolicyOptions, TokenRows, TrainBatch } from './policy.ts'
import { limitOf } from './rollout/limits.ts'

const refuse = (input: string, message: string, remedy?: string): Failure =>
  new Failure({ code: 'input.invalid', message, input, ...(remedy && { remedy }) })

/** @throws Failure 'input.invalid' for a shape no model can have, or objectives that share a key. */
export function checkOptions({ shape, objectives, forbidden, padToken, mode, precision, lora }: PolicyOptions): void {
  if (mode === 'eager' && precision !== 'f32')
    throw refuse(`precision ${precision}`, 'The op-by-op reference computes in f32.', 'Use mode recorded.')
  const { heads, kvHeads, headSize, vocabSize, maxLength, ropeScaling } = shape
  if (heads % kvHeads !== 0)
    throw refuse(`heads ${heads}, kvHeads ${kvHeads}`, 'Each key-value head must serve the same number of heads.')
  if (headSize % 2 !== 0) throw refuse(`headSize ${headSize}`, 'Rotary positions need an even head size.')
  if (ropeScaling?.kind === 'dynamic' && maxLength > ropeScaling.trainedLength)
    throw refuse(
      `maxLength ${maxLength}`,
      `Dynamic rotary scaling changes with the length of each text beyond ${ropeScaling.trainedLength} tokens, which a cache of keys cannot follow.`,
      `Use at most ${ropeScaling.trainedLength} tokens.`,
    )
  if (lora && (!Number.isInteger(lora.rank) || lora.rank < 1 || !(lora.alpha > 0) || lora.targets.length === 0))
    throw refuse(`LoRA rank ${lora.rank}, alpha ${lora.alpha}, ${lora.targets.length} targets`, 'An adapter needs a whole rank, a positive alpha and a projection to stand on.') // prettier-ignore
  const strangers = [padToken, ...forbidden].filter((token) => !isToken(token, vocabSize))
  if (strangers.length > 0) throw refuse(`token ${strangers.join(', ')}`, `The vocabulary ends at ${vocabSize - 1}.`)
  const keys = objectives.map(({ key }) => key)
  const twice = keys.find((key, i) => keys.indexOf(key) !== i)
  if (twice !== undefined) throw refuse(`objective ${twice}`, 'Two objectives have the same key.')
}

/** The objective with this key. @throws Failure 'input.invalid' when the policy was made without it. */
export function objectiveNamed(objectives: readonly ObjectiveGraph[], key: string): ObjectiveGraph {
  const objective = objectives.find((candidate) => candidate.key === key)
  if (objective !== undefined) return objective
  const known = objectives.map((candidate) => candidate.key).join(', ') || 'none'
  throw refuse(`objective ${key}`, `The policy was made without this objective; it has: ${known}.`)
}

/** @throws Failure 'input.invalid' when arrays do not fit rows and width, or a token is not in the vocabulary. */
export function checkRows({ tokens, rows, width, lengths }: TokenRows, { vocabSize, maxLength }: ModelShape): void {
  if (rows < 1 || width < 2)
    throw refuse(`${rows} rows of ${width} tokens`, 'A batch needs a row of at least two tokens.')
  if (width > maxLength + 1)
    throw refuse(
      `width ${width}`,
      `The model was made for ${maxLength} tokens.`,
      'Shorten the rows or raise maxLength.',
    )
  if (tokens.length !== rows * width)
    throw refuse(`${tokens.length} tokens`, `${rows} rows of ${width} need ${rows * width}.`)
  if (lengths.length !== rows) throw refuse(`${lengths.length} lengths`, `There are ${rows} rows.`)
  const stranger = tokens.findIndex((token) => !isToken(token, vocabSize))
  if (stranger >= 0) {
    const place = `row ${Math.floor(stranger / width)}, column ${stranger % width}`
    throw refuse(`token ${tokens[stranger]} at ${place}`, `The vocabulary ends at ${vocabSize - 1}.`)
  }
}

/** @throws Failure 'input.invalid', as above or for an objective's input that is missing or of another size. */
export function checkBatch(batch: TrainBatch, { key, inputs }: ObjectiveGraph, shape: ModelShape): void {
  checkRows(batch, shape)
  const sizes = { token: batch.rows * (batch.width - 1), row: batch.rows, scalar: 1 }
  for (const [name, kind] of Object.entries(inputs)) {
    const length = batch.inputs[name]?.length
    if (length !== sizes[kind])
      throw refuse(`input ${name} of ${key}`, `It needs ${sizes[kind]} numbers and has ${length ?? 'none'}.`)
  }
}

/** The parts of a mini-batch. @throws Failure 'input.invalid' when there is none. */
export function partsOf(batch: TrainBatch | readonly TrainBatch[]): readonly TrainBatch[] {
  const parts = 'rows' in batch ? [batch] : batch
  if (parts.length === 0) throw refuse('0 parts', 'A mini-batch needs at least one part.')
  return parts
}

/** @throws Failure 'input.invalid' for what cannot be sampled. */
export function checkRequest(request: GenerateRequest, { vocabSize, maxLength }: ModelShape): void {
  const { prompts, promptIds, answers, temperature, topP, topK, maxNewTokens, limits, forbidden } = request
  if (promptIds.length !== prompts.length)
    throw refuse(`${promptIds.length} prompt ids`, `There are ${prompts.length} prompts.`)
  if (!Number.isInteger(answers) || answers < 1)
    throw refuse(`answers ${answers}`, 'Ask for at least one answer a prompt.')
  if (!Number.isInteger(maxNewTokens) || maxNewTokens < 1)
    throw refuse(`maxNewTokens ${maxNewTokens}`, 'Allow at least one new token.')
  if (!(temperature >= 0 && Number.isFinite(temperature)))
    throw refuse(`temperature ${temperature}`, 'It must be 0 (greedy) or more.')
  if (!(topP > 0 && topP <= 1)) throw refuse(`topP ${topP}`, 'It must lie above 0 and at most at 1 (no filter).')
  if (!Number.isInteger(topK) || topK < 0) throw refuse(`topK ${topK}`, 'It must be a whole number, 0 for no filter.')
  if (new Set(forbidden).size >= vocabSize)
    throw refuse(`${forbidden.length} forbidden tokens`, 'No token is left to choose.')
  if (limits && limits.length !== prompts.length && limits.length !== prompts.length * answers)
    throw refuse(`${limits.length} limits`, `There are ${prompts.length} prompts of ${answers} answers each.`)
  limits?.forEach((limit, i) => {
    if (!Number.isInteger(limit) || limit < 1 || limit > maxNewTokens)
      throw refuse(`limit ${i}, ${limit}`, `A limit is a whole number from 1 to maxNewTokens, ${maxNewTokens}.`)
  })
  prompts.forEach((prompt, i) => {
    const own = Array.from({ length: limits ? answers : 1 }, (_, answer) => limitOf(request, i, answer))
    const limit = own.reduce((longest, one) => Math.max(longest, one))
    if (prompt.length === 0) throw refuse(`prompt ${i}`, 'A prompt needs at least one token.')
    if (prompt.length + limit > maxLength)
      throw refuse(`prompt ${i}`, `Its ${prompt.length} tokens and ${limit} new ones exceed the model's ${maxLength}.`)
    const stranger = prompt.find((token) => !isToken(token, vocabSize))
    if (stranger !== undefined)
      throw refuse(`prompt ${i}, token ${stranger}`, `The vocabulary ends at ${vocabSize - 1}.`)
  })
}

const isToken = (token: number, vocabSize: number): boolean =>
  Number.isInteger(token) && token >= 0 && token < vocabSize
