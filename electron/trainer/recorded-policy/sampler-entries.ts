/** The entry points of a sampler: caches, prompts, and the next token, by a kernel of our own where there is one. */
import type { Tensor2D } from '@tensorflow/tfjs'
import { promptKeys } from '../rollout/cached-decoding.ts'
import { Arithmetic } from '../tensor/arithmetic.ts'
import { DType } from '../tensor/dtype.ts'
import { CacheArithmetic } from './cache-arithmetic.ts'
import { addComposedDecoding } from './composed-decoding.ts'
import { cacheNames, promptsVariable, slotsVariable, type Decoding } from './decoding.ts'
import { feedsOf, parameterInputs, type EntryContext } from './entry-context.ts'
import { addKernelDecoding, canDecodeByKernel } from './kernel-decoding.ts'

export function addSamplerEntries(context: EntryContext): void {
  const decoding = canDecodeByKernel(context) ? addKernelDecoding(context) : addComposedDecoding(context)
  addPrompts(context)
  addCacheEntries(context, decoding)
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

/** Entry points that shape, move and empty the caches and lay out the weights; small enough to be written by hand. */
function addCacheEntries({ program, options }: EntryContext, { laidOut, layOut }: Decoding): void {
  const { graph } = program
  const math = new Arithmetic(graph)
  const cacheMath = new CacheArithmetic(program)
  const caches = cacheNames(options.shape.layers)

  // dims [2]: slots, numbers a slot.
  program.entry('slots.open', (feed) => {
    const zeros = cacheMath.zeros(feed('dims', DType.int32))
    const assigns = [
      ...caches.map((cache) => program.assign(slotsVariable(cache), math.copy(zeros))),
      ...Object.entries(layOut(feed)).map(([name, value]) => program.assign(name, value)),
    ]
    return { fetches: { done: program.done(assigns) } }
  })
  // byPosition [4]: slots, kvHeads, old capacity, room for a head; paddings [4, 2]; dims [2] as above.
  program.entry('slots.grow', (feed) => {
    const [byPosition, paddings, dims] = [
      feed('byPosition', DType.int32),
      feed('paddings', DType.int32),
      feed('dims', DType.int32),
    ]
    const grown = (cache: string) => {
      const whole = cacheMath.reshape(program.read(slotsVariable(cache)), byPosition)
      return cacheMath.reshape(cacheMath.pad(whole, paddings), dims)
    }
    return {
      fetches: { done: program.done(caches.map((cache) => program.assign(slotsVariable(cache), grown(cache)))) },
    }
  })
  program.entry('slots.move', (feed) => {
    const [from, to] = [feed('from', DType.int32), feed('to', DType.int32)]
    const value = (cache: string) => cacheMath.rows(program.read(slotsVariable(cache)), from)
    return { fetches: { done: program.done(caches.map((cache) => cacheMath.update(cache, to, value(cache)))) } }
  })
  // Variables cannot be unmade, but a variable of nothing holds nothing.
  program.entry('slots.close', () => {
    const nothing = graph.constant({ dtype: DType.float32, shape: [0], data: new Float32Array(0) })
    const variables = [...caches.flatMap((cache) => [slotsVariable(cache), promptsVariable(cache)]), ...laidOut]
    return { fetches: { done: program.done(variables.map((name) => program.assign(name, math.copy(nothing)))) } }
  })
}
