/** Folders as Hugging Face's tools leave them, and what is said of broken ones. Numbers against transformers: ../parity.test.ts. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { recorded, writeRecordedModel } from '../../fixtures/parity-models.ts'
import { decodeTensors, encodeTensors, type NamedTensor } from '../../stages/checkpoints/safetensors.ts'
import { narrowToBfloat16 } from './half-floats.ts'
import { openModelFolder } from './model-folder.ts'
import { tensorHeader } from './safetensors-header.ts'

const llama = recorded.cases['llama: grouped heads, untied']!
let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'switchpoint-model-'))
  writeRecordedModel(folder, llama)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string) => path.join(folder, name)
const write = (name: string, content: string | Uint8Array) => writeFileSync(file(name), content)
const tensors = (): NamedTensor[] =>
  [...decodeTensors(readFileSync(file('model.safetensors'))).tensors].map(([name, tensor]) => ({ name, ...tensor }))
const rewrite = (change: (list: NamedTensor[]) => NamedTensor[]) =>
  write('model.safetensors', Buffer.concat(encodeTensors(change(tensors()))))
const configured = (change: Record<string, unknown>) =>
  write('config.json', JSON.stringify({ ...llama.config, ...change }))
function refusal(): unknown {
  try {
    openModelFolder(folder)
  } catch (error) {
    return error
  }
  return undefined
}

describe('a model folder', () => {
  it('gives shape, weights, ends and template', () => {
    write('tokenizer.json', '{}')
    write('tokenizer_config.json', JSON.stringify({ chat_template: [{ name: 'tools', template: 'T' }, { name: 'default', template: 'D' }] })) // prettier-ignore
    write('generation_config.json', JSON.stringify({ eos_token_id: [3, 4], pad_token_id: 5 }))
    const model = openModelFolder(folder)
    expect(model.shape).toEqual({ family: 'llama', vocabSize: 17, width: 24, layers: 2, heads: 4, kvHeads: 2, headSize: 6, hidden: 40, ropeBase: 1000, normEps: 1e-5, tied: false, maxLength: 32 }) // prettier-ignore
    expect(model).toMatchObject({ storedAs: 'F32', tokenizerFile: file('tokenizer.json'), chatTemplate: 'D', eosTokenIds: [3, 4], padTokenId: 5 }) // prettier-ignore
    const { shape, data } = model.weights.get('model.layers.1.mlp.down_proj.weight')!
    expect([shape, data.length]).toEqual([[24, 40], 960])
    write('chat_template.jinja', 'J')
    expect(openModelFolder(folder).chatTemplate).toBe('J')
  })

  it('does with weights alone; config.json then names the end', () =>
    expect(openModelFolder(folder)).toMatchObject({
      tokenizerFile: null,
      chatTemplate: null,
      eosTokenIds: [1],
      padTokenId: null,
    }))

  it('reads each number afresh, so that none needs to be kept', () => {
    const { weights } = openModelFolder(folder)
    const first = weights.get('model.norm.weight')!.data
    first.fill(7)
    expect(weights.get('model.norm.weight')!.data).not.toEqual(first)
    expect(weights.get('model.norm.weight')!.data).toEqual(tensors().find(({ name }) => name === 'model.norm.weight')!.data) // prettier-ignore
  })

  it('may come in shards', () => {
    const all = tensors()
    const whole = new Map([...openModelFolder(folder).weights].map(([name, { data }]) => [name, data]))
    const halves = [all.slice(0, 5), all.slice(5)]
    rmSync(file('model.safetensors'))
    const names = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
    halves.forEach((half, i) => write(names[i]!, Buffer.concat(encodeTensors(half))))
    const map = Object.fromEntries(halves.flatMap((half, i) => half.map(({ name }) => [name, names[i]])))
    write('model.safetensors.index.json', JSON.stringify({ metadata: { total_size: 1 }, weight_map: map }))
    const sharded = openModelFolder(folder)
    expect(new Map([...sharded.weights].map(([name, { data }]) => [name, data]))).toEqual(whole)
    rmSync(file(names[1]!))
    expect(refusal()).toMatchObject({ code: 'file.missing', input: file(names[1]!) })
    write('model.safetensors.index.json', JSON.stringify({ weight_map: { a: '../elsewhere.safetensors' } }))
    expect(refusal()).toMatchObject({ code: 'file.unreadable', input: file('model.safetensors.index.json') })
  })

  it('may store bf16, which become float32 unchanged', () => {
    const list = tensors()
    const rounded = list.map(({ data }) => narrowToBfloat16(data))
    const header = tensorHeader(list.map(({ name, shape }) => ({ name, shape, dtype: 'BF16' })))
    write('model.safetensors', Buffer.concat([header, ...rounded.map((half) => new Uint8Array(half.buffer))]))
    const model = openModelFolder(folder)
    expect(model.storedAs).toBe('BF16')
    list.forEach(({ name, data }, i) => {
      const wide = model.weights.get(name)!.data
      expect(narrowToBfloat16(wide)).toEqual(rounded[i])
      data.forEach((value, j) => expect(Math.abs(wide[j]! - value)).toBeLessThanOrEqual(Math.abs(value) / 256))
    })
  })

  it('has a fingerprint that follows its numbers', () => {
    const before = openModelFolder(folder).fingerprint
    expect(openModelFolder(folder).fingerprint).toBe(before)
    rewrite((list) => list.map((tensor, i) => (i === 3 ? { ...tensor, data: tensor.data.map((x) => x + 1) } : tensor)))
    expect(openModelFolder(folder).fingerprint).not.toBe(before)
  })

  it('may keep tables of old versions, and the copy of a tied embedding', () => {
    rewrite((list) => [...list, { name: 'model.layers.0.self_attn.rotary_emb.inv_freq', shape: [3], data: new Float32Array(3) }]) // prettier-ignore
    expect(openModelFolder(folder).weights.size).toBe(llama.names.length)
    configured({ tie_word_embeddings: true })
    expect(openModelFolder(folder).weights.has('lm_head.weight')).toBe(false)
  })
})

describe('is refused, and the place named', () => {
  it('without folder, configuration or weights', () => {
    rmSync(file('model.safetensors'))
    expect(refusal()).toMatchObject({ code: 'file.missing', input: file('model.safetensors') })
    rmSync(file('config.json'))
    expect(refusal()).toMatchObject({ code: 'file.missing', input: file('config.json') })
    rmSync(folder, { recursive: true })
    expect(refusal()).toMatchObject({ code: 'file.missing', input: folder })
  })

  it.each([
    ['a weight is missing', (list: NamedTensor[]) => list.filter(({ name }) => !name.includes('1.mlp.up_proj')), 'model.layers.1.mlp.up_proj.weight'], // prettier-ignore
    ['a weight has another shape', (list: NamedTensor[]) => list.map((t) => (t.name === 'lm_head.weight' ? { ...t, shape: [24, 17] } : t)), '[24, 17] where config.json asks for [17, 24]'], // prettier-ignore
    ['a weight has no place', (list: NamedTensor[]) => [...list, { name: 'model.layers.0.self_attn.q_proj.bias', shape: [24], data: new Float32Array(24) }], 'no place'], // prettier-ignore
  ])('when %s', (_, change, said) => {
    rewrite(change)
    const { code, message, input } = refusal() as { code: string; message: string; input: string }
    expect(code).toBe('input.invalid')
    expect(`${message} ${input}`).toContain(said)
  })

  it('when a file is cut off, anywhere', () => {
    const { length } = readFileSync(file('model.safetensors'))
    for (const size of [0, 7, 40, length - 4000, length - 1]) {
      writeRecordedModel(folder, llama)
      truncateSync(file('model.safetensors'), size)
      expect(refusal(), `${size} bytes`).toMatchObject({ code: 'file.unreadable', input: file('model.safetensors') })
    }
    write('config.json', '{"model_type": "llama"')
    expect(refusal()).toMatchObject({ code: 'file.unreadable', input: file('config.json') })
  })

  it('when it shrinks after it was opened', () => {
    const { weights } = openModelFolder(folder)
    truncateSync(file('model.safetensors'), 5000)
    expect(() => weights.get('lm_head.weight')!.data).toThrow(/ends before byte/)
  })

  it('when its header lies about the file', () => {
    const lie = (header: unknown, bytes = 16) => {
      const text = Buffer.from(JSON.stringify(header))
      const length = Buffer.alloc(8)
      length.writeBigUInt64LE(BigInt(text.length))
      write('model.safetensors', Buffer.concat([length, text, Buffer.alloc(bytes)]))
      return refusal()
    }
    const unreadable = { code: 'file.unreadable', input: file('model.safetensors') }
    expect(lie({ a: { dtype: 'F32', shape: [4], data_offsets: [0, 12] } })).toMatchObject(unreadable)
    expect(lie({ a: { dtype: 'F32', shape: [4], data_offsets: [4, 20] } })).toMatchObject(unreadable)
    expect(lie({ a: { dtype: 'I8', shape: [16], data_offsets: [0, 16] } })).toMatchObject({ ...unreadable, message: expect.stringContaining('I8') }) // prettier-ignore
    expect(lie({ a: 7 })).toMatchObject(unreadable)
    expect(lie([1])).toMatchObject(unreadable)
    write('model.safetensors', Buffer.from(BigUint64Array.of(2n ** 60n).buffer))
    expect(refusal()).toMatchObject(unreadable)
  })

  it('when a file is a folder', () => {
    rmSync(file('model.safetensors'))
    mkdirSync(file('model.safetensors'))
    expect(refusal()).toMatchObject({ code: 'file.unreadable', input: file('model.safetensors') })
  })
})
