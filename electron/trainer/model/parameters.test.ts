import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { presetShape, type ModelShape } from '#shared/experiment/presets.ts'
import { toyShape } from '../fixtures/toy-policy.ts'
import { initialWeights } from './initialise.ts'
import { fromStored, toStored } from './layout.ts'
import { parameterCount, parametersOf } from './parameters.ts'

const shapes = fc
  .record({
    layers: fc.integer({ min: 1, max: 3 }),
    kvHeads: fc.integer({ min: 1, max: 3 }),
    group: fc.integer({ min: 1, max: 3 }),
    pairs: fc.integer({ min: 1, max: 3 }),
    tied: fc.boolean(),
  })
  .map(({ layers, kvHeads, group, pairs, tied }): ModelShape => ({
    ...toyShape,
    layers,
    kvHeads,
    heads: kvHeads * group,
    headSize: 2 * pairs,
    tied,
  }))

describe('parameters', () => {
  it('count as the presets promise', () => {
    expect(parameterCount(presetShape('lab-0.3m', 55, 32))).toBe(343_008)
    expect(parameterCount(presetShape('lab-3m', 512, 128))).toBe(3_344_640)
    expect(parameterCount(presetShape('lab-15m', 2048, 128))).toBe(14_948_736)
  })

  it('carry the names of a Hugging Face Llama', () => {
    const names = parametersOf({ ...toyShape, layers: 1 }).flatMap(({ parts }) => parts.map(({ name }) => name))
    expect(names).toEqual([
      'model.embed_tokens.weight',
      'model.layers.0.input_layernorm.weight',
      'model.layers.0.self_attn.q_proj.weight',
      'model.layers.0.self_attn.k_proj.weight',
      'model.layers.0.self_attn.v_proj.weight',
      'model.layers.0.self_attn.o_proj.weight',
      'model.layers.0.post_attention_layernorm.weight',
      'model.layers.0.mlp.gate_proj.weight',
      'model.layers.0.mlp.up_proj.weight',
      'model.layers.0.mlp.down_proj.weight',
      'model.norm.weight',
      'lm_head.weight',
    ])
  })
})

describe('layout', () => {
  it('gives back what it took, for any shape', () => {
    fc.assert(
      fc.property(shapes, fc.integer(), (shape, seed) => {
        const weights = initialWeights(shape, seed)
        const parameters = parametersOf(shape)
        expect(fromStored(parameters, shape, toStored(parameters, shape, weights))).toEqual(weights)
      }),
      { numRuns: 30 },
    )
  })

  it('puts the two halves of a rotary head side by side', () => {
    const shape: ModelShape = {
      ...toyShape,
      layers: 1,
      heads: 2,
      kvHeads: 1,
      headSize: 4,
      width: 1,
      hidden: 1,
      vocabSize: 1,
    }
    const parameters = parametersOf(shape)
    const weights = initialWeights(shape, 1)
    weights.set('model.layers.0.self_attn.q_proj.weight', Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7))
    weights.set('model.layers.0.self_attn.k_proj.weight', Float32Array.of(10, 11, 12, 13))
    weights.set('model.layers.0.self_attn.v_proj.weight', Float32Array.of(20, 21, 22, 23))
    expect([...toStored(parameters, shape, weights).get('layer0.qkv')!]).toEqual([
      0, 2, 1, 3, 4, 6, 5, 7, 10, 12, 11, 13, 20, 21, 22, 23,
    ])
  })

  it('names a weight that is missing, or of another size', () => {
    const parameters = parametersOf(toyShape)
    const weights = initialWeights(toyShape, 1)
    weights.set('model.norm.weight', new Float32Array(3))
    const convert = () => toStored(parameters, toyShape, weights)
    expect(convert).toThrow(
      expect.objectContaining({
        code: 'checkpoint.incompatible',
        input: 'model.norm.weight [24]',
        message: expect.stringContaining('3 numbers instead of 24'),
      }),
    )
    weights.delete('model.norm.weight')
    expect(convert).toThrow(/missing/)
  })
})

describe('initial weights', () => {
  const shape = presetShape('lab-0.3m', 55, 32)
  const deviation = (data: Float32Array) => Math.sqrt(data.reduce((sum, x) => sum + x * x, 0) / data.length)

  it('have the deviations of the lab', () => {
    const weights = initialWeights(shape, 7)
    const of = (name: string) => deviation(weights.get(name)!)
    expect(of('model.embed_tokens.weight')).toBeCloseTo(0.5, 1)
    expect(of('model.layers.1.self_attn.q_proj.weight') * Math.sqrt(96)).toBeCloseTo(1, 1)
    expect(of('model.layers.1.self_attn.o_proj.weight') * Math.sqrt(96) * Math.sqrt(6)).toBeCloseTo(1, 1)
    expect(of('model.layers.2.mlp.down_proj.weight') * Math.sqrt(256) * Math.sqrt(6)).toBeCloseTo(1, 1)
    expect(of('lm_head.weight') * Math.sqrt(96)).toBeCloseTo(0.5, 1)
    expect(weights.get('model.norm.weight')!.every((x) => x === 1)).toBe(true)
  })

  it('depend on the seed alone, tensor by tensor', () => {
    expect(initialWeights(shape, 7)).toEqual(initialWeights(shape, 7))
    const name = 'model.layers.0.mlp.up_proj.weight'
    expect(initialWeights(shape, 8).get(name)).not.toEqual(initialWeights(shape, 7).get(name))
    // A larger vocabulary changes no other tensor.
    expect(initialWeights({ ...shape, vocabSize: 60 }, 7).get(name)).toEqual(initialWeights(shape, 7).get(name))
  })

  it("give a tied embedding the head's scale", () => {
    const tied = initialWeights(presetShape('lab-3m', 512, 32), 7)
    expect(deviation(tied.get('model.embed_tokens.weight')!) * 16).toBeCloseTo(0.5, 1)
    expect(tied.has('lm_head.weight')).toBe(false)
  })
})
