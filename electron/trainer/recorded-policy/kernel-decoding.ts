/**
 * The next token by one operation of our own (`kernels/next-token.cc`): a pass through the whole model with few rows is hundreds of small
 * operations otherwise, and their number is what takes the time. Its caches have room for whole lanes of a head, and its weights are
 * laid out anew before a rollout, adapters merged into them.
 */
import type { ModelShape } from '#shared/experiment/presets.ts'
import { mergedProjection } from '../model/lora/projection.ts'
import { projectionsOf, type StoredProjection } from '../model/lora/adapters.ts'
import { headOf } from '../model/parameters.ts'
import { rotationTable } from '../model/rope.ts'
import { layerWeights } from '../model/transformer.ts'
import { DType } from '../tensor/dtype.ts'
import type { Output } from '../tensor/graph.ts'
import { feedsOf, parameterInputs, type EntryContext } from './entry-context.ts'
import { promptsVariable, slotsVariable, type Decoding } from './decoding.ts'

/** Floats that go into one register, at most. */
const lanes = 16

export const kernelDecode = 'decode.kernel'

/** Room for a head in the kernel's caches. */
export const paddedHead = ({ headSize }: ModelShape): number => Math.ceil(headSize / lanes) * lanes

/**
 * Whether a sampler can use it. Not with adapters whose products are rounded: merged into the weights, they would be rounded elsewhere
 * than in training.
 */
export const canDecodeByKernel = ({ backend, options: { shape, precision } }: EntryContext): boolean =>
  backend.facts.kernels && !(shape.lora && precision === 'bf16-matmul')

const packedLayer = (layer: number): string => `packed/layer${layer}`
const packedHead = 'packed/head'

const families = ['llama', 'qwen2', 'qwen3'] as const
/** A layer's parameters in the operation's order. */
const layerParameters = {
  llama: ['attention_norm', 'qkv', 'out', 'mlp_norm', 'gate', 'up', 'down'],
  qwen2: ['attention_norm', 'qkv', 'qkv_bias', 'out', 'mlp_norm', 'gate', 'up', 'down'],
  qwen3: ['attention_norm', 'qkv', 'q_norm', 'k_norm', 'out', 'mlp_norm', 'gate', 'up', 'down'],
} as const

export function addKernelDecoding(context: EntryContext): Decoding {
  const { program, options } = context
  const { graph } = program
  const { shape, precision } = options
  const { width, heads, kvHeads, headSize, hidden, vocabSize, family, normEps } = shape
  const layers = Array.from({ length: shape.layers }, (_, layer) => layer)
  const numbers = [shape.layers, width, heads, kvHeads, headSize, hidden, vocabSize, families.indexOf(family)]
  const sizes = graph.ints(...numbers, precision === 'bf16-matmul' ? 1 : 0)
  const slots = (kind: 'k' | 'v') => layers.map((layer) => program.read(slotsVariable(`${kind}${layer}`)))

  program.entry(kernelDecode, (feed) => {
    const table = rotationTable(shape)
    const turns = graph.constant({ dtype: DType.float32, shape: [table.length / headSize, headSize], data: table })
    const float = (name: string) => feed(name, DType.float32)
    const whole = (name: string) => feed(name, DType.int32)
    const inputs = [
      ...[sizes, graph.float(normEps), whole('tokens'), whole('positions'), float('uniform')],
      ...[float('inverseTemperature'), float('greedy'), float('bias'), whole('topK'), float('topP')],
      ...[program.read('embed'), turns, program.read('norm'), program.read(packedHead)],
      ...[...layers.map((layer) => program.read(packedLayer(layer))), ...slots('k'), ...slots('v')],
    ]
    const types = [DType.int32, DType.float32]
    const [token, logp] = graph.add('SwitchpointNextTokens', inputs, { N: { int: shape.layers } }, types)
    return { fetches: { token: token!, logp: logp! } }
  })

  // prompt [m], slot [m]: who goes where.
  program.entry('slots.place', (feed) => {
    const [prompt, slot] = [feed('prompt', DType.int32), feed('slot', DType.int32)]
    const placed = layers.map((layer) => {
      const [k, v] = [`k${layer}`, `v${layer}`]
      const variables = [promptsVariable(k), promptsVariable(v), slotsVariable(k), slotsVariable(v)]
      const inputs = [sizes, prompt, slot, ...variables.map((name) => program.read(name))]
      return graph.one('SwitchpointPlacePrompts', inputs, {}, DType.int32).node
    })
    return { fetches: { done: program.done(placed) } }
  })

  return {
    laidOut: [...layers.map(packedLayer), packedHead],
    layOut: (feed) => {
      const merged = mergedProjections(context, feed)
      const pack = (layer: number) => {
        const names = layerParameters[family].map((name) => `layer${layer}.${name}`)
        const weights = names.map((name) => merged[name] ?? program.read(name))
        return graph.one('SwitchpointPackLayer', [sizes, ...weights], { N: { int: weights.length } }, DType.float32)
      }
      const head = graph.one('SwitchpointPackWeight', [sizes, program.read(headOf(shape))], {}, DType.float32)
      return {
        ...Object.fromEntries(layers.map((layer) => [packedLayer(layer), pack(layer)])),
        [packedHead]: head,
      }
    },
  }
}

/** The projections that adapters stand on, with them: W + α/r B A. */
function mergedProjections(context: EntryContext, feed: Parameters<EntryContext['place']>[2]): Record<string, Output> {
  const { shape } = context.options
  if (!shape.lora) return {}
  const merged = context.trace({
    name: 'merged projections',
    sizes: [],
    inputs: () => parameterInputs(context.parameters),
    build: (inputs) => {
      const stored = Object.keys(projectionsOf(shape, 0)) as StoredProjection[]
      const all = Array.from({ length: shape.layers }, (_, layer) => {
        const w = layerWeights(inputs, layer)
        return stored.map((name) => [`layer${layer}.${name}`, mergedProjection(w, name, shape)] as const)
      })
      return Object.fromEntries(all.flat())
    },
  })
  return context.place(merged, feedsOf(context, merged, feed), feed)
}
