/**
 * A model as Hugging Face's tools save it: `config.json`, weights in one or many safetensors files, and beside them the tokenizer, its
 * chat template and `generation_config.json`. Opening reads headers only; weights are read from disk a tensor at a time.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'
import { Failure } from '#shared/contract/failure.ts'
import { shapeOfConfig } from '#shared/experiment/model-config.ts'
import type { ModelShape } from '#shared/experiment/presets.ts'
import { chatTemplateSource, ChatTemplateField } from '#tokenizers/chat-template.ts'
import type { PolicyState } from '../../policy.ts'
import { parametersOf } from '../parameters.ts'
import { LazyWeights } from './lazy-weights.ts'
import { openSafetensors, readBytes, withFile, type SafetensorsFile, type StoredTensor } from './safetensors-file.ts'
import { lengthBytes, type StoredType } from './safetensors-header.ts'

export interface ModelFolder {
  readonly folder: string
  /**
   * `maxLength` is the longest text the model was made for. A policy builds tables of that length: give it `{ ...shape, maxLength }`
   * with what the task needs (prompt + response).
   */
  readonly shape: ModelShape
  /**
   * By Hugging Face's names, in the order of `parametersOf`; what `PolicyState.weights` wants. Lazy: each read of an entry's `data`
   * reads the file and gives a fresh float32 array, so keep none that is not needed.
   */
  readonly weights: PolicyState['weights']
  /** How the weights are stored. Master weights in training are float32 whatever it says. */
  readonly storedAs: StoredType
  /** Null for a folder of weights alone; otherwise `loadHuggingFaceTokenizer(folder)` reads it. */
  readonly tokenizerFile: string | null
  /** The Jinja source; null for a model without one. */
  readonly chatTemplate: string | null
  /** Every token that ends a response, by generation_config.json, else config.json; empty when neither says. */
  readonly eosTokenIds: readonly number[]
  readonly padTokenId: number | null
  /** Tells this model from another: a hash of configuration, layout and samples of the numbers of every file. */
  readonly fingerprint: string
}

const Ids = z.union([z.int(), z.array(z.int())]).nullish()
const SpecialTokens = z.looseObject({ eos_token_id: Ids, pad_token_id: z.int().nullish() })
const Index = z.looseObject({ weight_map: z.record(z.string(), z.string()) })
const TokenizerConfig = z.looseObject({ chat_template: ChatTemplateField })

/**
 * Opens a model folder and checks everything but the numbers.
 * @throws Failure 'file.missing' (no such folder, no config.json, no safetensors), 'file.unreadable' (torn or foreign file),
 * 'input.invalid' (an architecture or option that is not supported, a weight that is missing, too many, or of another shape).
 */
export function openModelFolder(folder: string): ModelFolder {
  const configFile = path.join(folder, 'config.json')
  const config = requiredJson(configFile, z.unknown())
  const shape = shapeOfConfig(config, configFile)
  const files = weightFiles(folder).map(openSafetensors)
  const tensors = checkedTensors(shape, files)
  const tokenizerFile = path.join(folder, 'tokenizer.json')
  const generation = optionalJson(path.join(folder, 'generation_config.json'), SpecialTokens)
  const tokenizerConfig = optionalJson(path.join(folder, 'tokenizer_config.json'), TokenizerConfig)
  const own = checked(configFile, config, SpecialTokens)
  return {
    folder,
    shape,
    weights: new LazyWeights(tensors),
    storedAs: tensors.values().next().value!.dtype,
    tokenizerFile: existsSync(tokenizerFile) ? tokenizerFile : null,
    chatTemplate: chatTemplateSource(folder, tokenizerConfig?.chat_template),
    eosTokenIds: [generation?.eos_token_id ?? own.eos_token_id ?? []].flat(),
    padTokenId: generation?.pad_token_id ?? own.pad_token_id ?? null,
    fingerprint: fingerprintOf(configFile, files),
  }
}

/** `model.safetensors`, or the shards that the index names. */
function weightFiles(folder: string): string[] {
  const index = path.join(folder, 'model.safetensors.index.json')
  const single = path.join(folder, 'model.safetensors')
  if (existsSync(single)) return [single]
  if (existsSync(index)) {
    const names = [...new Set(Object.values(requiredJson(index, Index).weight_map))].sort()
    const stranger = names.find((name) => path.basename(name) !== name)
    if (names.length === 0 || stranger !== undefined)
      throw new Failure({
        code: 'file.unreadable',
        message: stranger === undefined ? 'The index names no file.' : `The index names a file outside the folder: ${stranger}.`, // prettier-ignore
        input: index,
        remedy: 'Download the model again.',
      })
    return names.map((name) => path.join(folder, name))
  }
  throw new Failure({
    code: 'file.missing',
    message: 'The folder holds no weights in the safetensors format.',
    input: single,
    remedy:
      'Give the folder of a model; older ones (pytorch_model.bin) are converted by loading and saving them once with transformers.',
  })
}

/** The model's tensors in its own order, each checked. */
function checkedTensors(shape: ModelShape, files: readonly SafetensorsFile[]): Map<string, StoredTensor> {
  const found = new Map<string, StoredTensor>()
  for (const { path: file, tensors } of files) {
    for (const [name, tensor] of tensors) {
      if (found.has(name)) throw unfit(`${file}, tensor ${name}`, 'A weight is stored twice.')
      found.set(name, tensor)
    }
  }
  const place = files.length === 1 ? files[0]!.path : path.dirname(files[0]!.path)
  const wanted = new Map<string, StoredTensor>()
  for (const part of parametersOf(shape).flatMap(({ parts }) => parts)) {
    const tensor = found.get(part.name)
    const at = `${place}, tensor ${part.name}`
    if (tensor === undefined)
      throw unfit(at, `A weight that config.json asks for is missing: [${part.shape.join(', ')}].`)
    if (tensor.shape.join() !== part.shape.join())
      throw unfit(at, `A weight has the shape [${tensor.shape.join(', ')}] where config.json asks for [${part.shape.join(', ')}].`) // prettier-ignore
    wanted.set(part.name, tensor)
  }
  const surplus = [...found.keys()].find((name) => !wanted.has(name) && !isHarmless(name, shape))
  if (surplus !== undefined)
    throw unfit(`${place}, tensor ${surplus}`, 'A weight has no place in the model that config.json describes.')
  return wanted
}

/** Tables that old versions stored, and the copy of a tied embedding. */
const isHarmless = (name: string, { tied }: ModelShape): boolean =>
  name.endsWith('.rotary_emb.inv_freq') || (tied && name === 'lm_head.weight')

const sampleBytes = 64 * 1024
const samples = 16

/** Not of all bytes: hashing tens of gigabytes would take longer than loading them. */
function fingerprintOf(configFile: string, files: readonly SafetensorsFile[]): string {
  const hash = createHash('sha256').update(readFileSync(configFile))
  for (const { path: file, header, size } of files) {
    hash.update(`${path.basename(file)} ${size}\n`).update(header)
    const start = lengthBytes + header.length
    const length = Math.min(sampleBytes, size - start)
    for (let i = 0; i < samples; i++) {
      const at = start + Math.floor(((size - start - length) * i) / (samples - 1))
      hash.update(withFile(file, (handle) => readBytes(file, handle, at, length)))
    }
  }
  return hash.digest('hex').slice(0, 32)
}

function requiredJson<T>(file: string, schema: z.ZodType<T>): T {
  const json = optionalJson(file, schema)
  if (json !== undefined) return json
  const folder = path.dirname(file)
  throw new Failure({
    code: 'file.missing',
    message: existsSync(folder)
      ? `The folder has no ${path.basename(file)}: it is no model of Hugging Face's.`
      : 'There is no such folder.',
    input: existsSync(folder) ? file : folder,
    remedy: 'Give the folder of a downloaded model: config.json, model.safetensors, tokenizer.json.',
  })
}

function optionalJson<T>(file: string, schema: z.ZodType<T>): T | undefined {
  if (!existsSync(file) || !statSync(file).isFile()) return undefined
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw unreadable(file, `it is not JSON (${(cause as Error).message})`)
  }
  return checked(file, json, schema)
}

function checked<T>(file: string, json: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw unreadable(file, `field "${issue.path.join('.')}": ${issue.message}`)
}

const unreadable = (file: string, what: string) =>
  new Failure({
    code: 'file.unreadable',
    message: `The file is not what a model's folder holds: ${what}.`,
    input: file,
    remedy: 'Download the model again; a download that broke off leaves half files.',
  })

const unfit = (input: string, message: string) =>
  new Failure({
    code: 'input.invalid',
    message,
    input,
    remedy: 'Check that config.json and the weights are of one model, and that the download is whole.',
  })
