/** The entry points of a sampler: caches, prompts, and the next token (`rollout/cached-decoding.ts`). */
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import { decode, promptKeys } from '../rollout/cached-decoding.ts'
import { chooseToken } from '../rollout/choose-token.ts'
import { Arithmetic } from '../tensor/arithmetic.ts'
import { DType } from '../tensor/dtype.ts'
import type { SizedFunction, Sizes } from '../tensor/generalise.ts'
import type { Output } from '../tensor/graph.ts'
import type { TraceInput } from '../tensor/trace.ts'
import { turnedName, withTurnedWeights } from '../tensor/turned-weights.ts'
import { feedsOf, parameterInputs, type EntryContext } from './entry-context.ts'

/** Names of the caches of all layers: k0, v0, k1, ... */
export const cacheNames = (layers: number): string[] =>
  Array.from({ length: layers }, (_, i) => [`k${i}`, `v${i}`]).flat()

const slotsVariable = (cache: string): string => `slots/${cache}`
const promptsVariable = (cache: string): string => `prompts/${cache}`

export function addSamplerEntries(context: EntryContext): void {
  const turned = addDecode(context)
  addPrompts(context)
  addCacheEntries(context, turned)
}

/**
 * `decode` and `decode.filtered` (top-k, top-p): one pass, two ways to choose from its logits. Returns the names of the weights
 * that it wants transposed, in variables of their own.
 */
function addDecode(context: EntryContext): readonly string[] {
  const { program, options, parameters } = context
  let turned: readonly string[] = []
  const traced = context.trace(decodeFunction(context), (trace) => {
    const changed = withTurnedWeights(trace, new Set(parameters.map(({ name }) => name)))
    turned = changed.turned
    return changed.trace
  })
  program.entries('decode', (feed) => {
    const caches = cacheNames(options.shape.layers)
    const reads = Object.fromEntries([
      ...caches.map((cache) => [cache, program.read(slotsVariable(cache))] as const),
      ...turned.map((name) => [turnedName(name), program.read(turnedName(name))] as const),
    ])
    const fed = Object.fromEntries(Object.entries(traced.inputs).filter(([input]) => !(input in reads)))
    const inputs = { ...feedsOf(context, { ...traced, inputs: fed }, feed), ...reads }
    const { token, logp, filteredToken, filteredLogp } = context.place(traced, inputs, feed)
    return {
      decode: { fetches: { token: token!, logp: logp! } },
      'decode.filtered': { fetches: { token: filteredToken!, logp: filteredLogp! } },
    }
  })
  return turned
}

function decodeFunction({ options: { shape }, parameters }: EntryContext): SizedFunction {
  const { kvHeads, headSize, vocabSize } = shape
  const float = (...dims: number[]): TraceInput => ({ dtype: 'float32', shape: dims })
  const whole = (...dims: number[]): TraceInput => ({ dtype: 'int32', shape: dims })
  return {
    name: 'decode',
    sizes: ['rows', 'capacity'],
    inputs: ({ rows, capacity }: Sizes) => ({
      ...parameterInputs(parameters),
      // Some more slots than rows: the graph must not take one for the other.
      ...Object.fromEntries(
        cacheNames(shape.layers).map((cache) => [cache, float(2 * rows! + 1, kvHeads * capacity! * headSize)]),
      ),
      tokens: whole(rows!),
      positions: whole(rows!),
      cacheRows: whole(rows! * kvHeads),
      uniform: float(rows!),
      inverseTemperature: float(),
      greedy: float(),
      bias: float(vocabSize),
      topK: whole(),
      topP: float(),
    }),
    build: (inputs, { capacity }) => {
      const logits = decode(inputs, shape, inputs as Record<string, Tensor2D>, capacity!, {
        tokens: inputs['tokens'] as Tensor1D,
        positions: inputs['positions'] as Tensor1D,
        cacheRows: inputs['cacheRows'] as Tensor1D,
        bias: inputs['bias'] as Tensor1D,
      })
      const choosing = {
        uniform: inputs['uniform'] as Tensor1D,
        inverseTemperature: inputs['inverseTemperature'] as Scalar,
        greedy: inputs['greedy'] as Scalar,
      }
      const filter = { topK: inputs['topK'] as Scalar, topP: inputs['topP'] as Scalar }
      const plain = chooseToken(logits, choosing)
      const filtered = chooseToken(logits, { ...choosing, filter })
      return { token: plain.token, logp: plain.logp, filteredToken: filtered.token, filteredLogp: filtered.logp }
    },
  }
}

/** `prompts.read`: keys and values of prompts into variables of their own. */
function addPrompts(context: EntryContext): void {
  const { program, options, parameters } = context
  const traced = context.trace({
    name: 'prompts.read',
    sizes: ['prompts', 'width'],
    inputs: ({ prompts, width }) => ({
      ...parameterInputs(parameters),
      tokens: { dtype: 'int32', shape: [prompts!, width!] },
    }),
    build: (inputs) => promptKeys(inputs, options.shape, inputs['tokens'] as Tensor2D),
  })
  program.entry('prompts.read', (feed) => {
    const keys = context.place(traced, feedsOf(context, traced, feed), feed)
    const assigns = Object.entries(keys).map(([cache, value]) => program.assign(promptsVariable(cache), value))
    return { fetches: { done: program.done(assigns) } }
  })
}

/** Entry points that shape and fill the caches and turn the weights; small enough to be written by hand. */
function addCacheEntries({ program, options }: EntryContext, turned: readonly string[]): void {
  const { graph } = program
  const math = new Arithmetic(graph)
  const caches = cacheNames(options.shape.layers)
  const T = { type: DType.float32 } as const
  const int = { type: DType.int32 } as const
  const reshape = (x: Output, target: Output) => graph.one('Reshape', [x, target], { T, Tshape: int }, DType.float32)
  const pad = (x: Output, paddings: Output) => graph.one('Pad', [x, paddings], { T, Tpaddings: int }, DType.float32)
  const rows = (x: Output, indices: Output) =>
    graph.one(
      'GatherV2',
      [x, indices, graph.int(0)],
      { Tparams: T, Tindices: int, Taxis: int, batch_dims: { int: 0 } },
      DType.float32,
    )
  const update = (cache: string, slots: Output, values: Output) =>
    graph.one('InplaceUpdate', [program.read(slotsVariable(cache)), slots, values], { T }, DType.float32).node

  // dims [2]: slots, numbers a slot.
  program.entry('slots.open', (feed) => {
    const zeros = graph.one('Fill', [feed('dims', DType.int32), graph.float(0)], { T, index_type: int }, DType.float32)
    const transpose = (x: Output) => graph.one('Transpose', [x, graph.ints(1, 0)], { T, Tperm: int }, DType.float32)
    const assigns = [
      ...caches.map((cache) => program.assign(slotsVariable(cache), math.copy(zeros))),
      ...turned.map((name) => program.assign(turnedName(name), transpose(program.read(name)))),
    ]
    return { fetches: { done: program.done(assigns) } }
  })
  // byPosition [4]: slots, kvHeads, old capacity, headSize; paddings [4, 2]; dims [2] as above.
  program.entry('slots.grow', (feed) => {
    const [byPosition, paddings, dims] = [
      feed('byPosition', DType.int32),
      feed('paddings', DType.int32),
      feed('dims', DType.int32),
    ]
    const grown = (cache: string) =>
      reshape(pad(reshape(program.read(slotsVariable(cache)), byPosition), paddings), dims)
    return {
      fetches: { done: program.done(caches.map((cache) => program.assign(slotsVariable(cache), grown(cache)))) },
    }
  })
  // prompt [m], slot [m]: who goes where; paddings [4, 2]: from the prompts' width to the capacity; dims [2]: m, numbers a slot.
  program.entry('slots.place', (feed) => {
    const [prompt, slot] = [feed('prompt', DType.int32), feed('slot', DType.int32)]
    const [paddings, dims] = [feed('paddings', DType.int32), feed('dims', DType.int32)]
    const value = (cache: string) => reshape(pad(rows(program.read(promptsVariable(cache)), prompt), paddings), dims)
    return { fetches: { done: program.done(caches.map((cache) => update(cache, slot, value(cache)))) } }
  })
  program.entry('slots.move', (feed) => {
    const [from, to] = [feed('from', DType.int32), feed('to', DType.int32)]
    const value = (cache: string) => rows(program.read(slotsVariable(cache)), from)
    return { fetches: { done: program.done(caches.map((cache) => update(cache, to, value(cache)))) } }
  })
  // Variables cannot be unmade, but a variable of nothing holds nothing.
  program.entry('slots.close', () => {
    const nothing = graph.constant({ dtype: DType.float32, shape: [0], data: new Float32Array(0) })
    const variables = [
      ...caches.flatMap((cache) => [slotsVariable(cache), promptsVariable(cache)]),
      ...turned.map(turnedName),
    ]
    return { fetches: { done: program.done(variables.map((name) => program.assign(name, math.copy(nothing)))) } }
  })
}
