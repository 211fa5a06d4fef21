/** The next token by TensorFlow's operations (`rollout/cached-decoding.ts`): on devices, and in forms, that our own has no kernel for. */
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import { decode } from '../rollout/cached-decoding.ts'
import { chooseToken } from '../rollout/choose-token.ts'
import { DType } from '../tensor/dtype.ts'
import type { SizedFunction, Sizes } from '../tensor/generalise.ts'
import type { Output } from '../tensor/graph.ts'
import type { TraceInput } from '../tensor/trace.ts'
import { turnedName, withTurnedWeights } from '../tensor/turned-weights.ts'
import { CacheArithmetic } from './cache-arithmetic.ts'
import { cacheNames, promptsVariable, slotsVariable, type Decoding } from './decoding.ts'
import { feedsOf, parameterInputs, type EntryContext } from './entry-context.ts'

/**
 * `decode` and `decode.filtered` (top-k, top-p): one pass, two ways to choose from its logits. It wants some weights transposed, in
 * variables of their own.
 */
export function addComposedDecoding(context: EntryContext): Decoding {
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
  addPlace(context)
  const { graph } = program
  const types = { T: { type: DType.float32 }, Tperm: { type: DType.int32 } } as const
  const transpose = (x: Output) => graph.one('Transpose', [x, graph.ints(1, 0)], types, DType.float32)
  return {
    laidOut: turned.map(turnedName),
    layOut: () => Object.fromEntries(turned.map((name) => [turnedName(name), transpose(program.read(name))])),
  }
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

/** `slots.place`. prompt [m], slot [m]: who goes where; paddings [4, 2]: from the prompts' width to the capacity; dims [2]: m, numbers a slot. */
function addPlace({ program, options }: EntryContext): void {
  const math = new CacheArithmetic(program)
  program.entry('slots.place', (feed) => {
    const [prompt, slot] = [feed('prompt', DType.int32), feed('slot', DType.int32)]
    const [paddings, dims] = [feed('paddings', DType.int32), feed('dims', DType.int32)]
    const value = (cache: string) =>
      math.reshape(math.pad(math.rows(program.read(promptsVariable(cache)), prompt), paddings), dims)
    const caches = cacheNames(options.shape.layers)
    return { fetches: { done: program.done(caches.map((cache) => math.update(cache, slot, value(cache)))) } }
  })
}
