/**
 * Tokenizers of Hugging Face folders: `tokenizer.json` with its `tokenizer_config.json` and, where there is one,
 * `generation_config.json`. Ids are those of the Python library (parity.vectors.json holds them against it).
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { Tokenizer as Core } from '@huggingface/tokenizers'
import * as z from 'zod'
import { Failure } from '#shared/contract/failure.ts'
import { chatTemplate, chatTemplateSource, ChatTemplateField, type ChatTemplate } from './chat-template.ts'
import type { Tokenizer } from './tokenizer.ts'

export interface HuggingFaceTokenizer extends Tokenizer {
  /** Text with special tokens as they are written, for tables and debugging; `decode` leaves them out. */
  decodeWithSpecial(ids: ArrayLike<number>): string
  /** Null for a model without one. */
  readonly chat: ChatTemplate | null
}

/** A token as configurations write it: its text, or an object that holds it. */
const TokenText = z.union([z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content)])
const Configuration = z.looseObject({
  eos_token: TokenText.nullish(),
  pad_token: TokenText.nullish(),
  bos_token: TokenText.nullish(),
  chat_template: ChatTemplateField,
})
const Generation = z.looseObject({ eos_token_id: z.union([z.int(), z.array(z.int())]).nullish() })

const usualEnds = ['<|im_end|>', '<|eot_id|>', '<|end_of_text|>', '</s>', '<|endoftext|>', '<eos>', '[SEP]']

const cache = new Map<string, { readonly stamp: string; readonly tokenizer: HuggingFaceTokenizer }>()

/**
 * The tokenizer of a model folder; read once a process and again when its file changes (large vocabularies take a third of a
 * second). Throws `file.missing`, `file.unreadable` (not JSON, not a tokenizer) or `input.invalid` (no token ends a response).
 */
export function loadHuggingFaceTokenizer(folder: string): HuggingFaceTokenizer {
  const file = path.join(folder, 'tokenizer.json')
  if (!existsSync(file))
    throw new Failure({
      code: 'file.missing',
      message: 'The model folder has no tokenizer.json.',
      input: file,
      remedy: 'Download the model whole, or save it with AutoTokenizer.save_pretrained (fast tokenizer).',
    })
  const { mtimeMs, size } = statSync(file)
  const stamp = `${mtimeMs} ${size}`
  const known = cache.get(folder)
  if (known?.stamp === stamp) return known.tokenizer
  const tokenizer = readTokenizer(folder, file)
  cache.set(folder, { stamp, tokenizer })
  return tokenizer
}

function readTokenizer(folder: string, file: string): HuggingFaceTokenizer {
  const given = optional(path.join(folder, 'tokenizer_config.json'), Configuration)
  const configuration = given ?? {}
  const generation = optional(path.join(folder, 'generation_config.json'), Generation) ?? {}
  const core = unreadableUnless(file, () => new Core(json(file) as object, configuration))
  const idOf = (text: string | null | undefined) => (text ? core.token_to_id(text) : undefined)
  // A tokenizer.json alone names no end: the first of the usual ones that it has.
  const usual = given ? undefined : usualEnds.map(idOf).find((id) => id !== undefined)
  const eos = idOf(configuration.eos_token) ?? (generation.eos_token_id === undefined ? usual : undefined)
  const stops = [...new Set([generation.eos_token_id ?? [], eos ?? []].flat())]
  const [stop] = eos !== undefined ? [eos] : stops
  if (stop === undefined)
    throw new Failure({
      code: 'input.invalid',
      message: 'The tokenizer names no token that ends a response.',
      input: path.join(folder, 'tokenizer_config.json, field "eos_token"'),
      remedy: 'Add eos_token to tokenizer_config.json.',
    })
  const pad = idOf(configuration.pad_token) ?? stop
  let vocabSize = 0
  for (const id of core.get_vocab().values()) vocabSize = Math.max(vocabSize, id + 1)
  const template = chatTemplateSource(folder, configuration.chat_template)
  return {
    vocabSize,
    pad,
    stop,
    stops,
    forbiddenInSampling: stops.includes(pad) ? [] : [pad],
    encode: (text) => Int32Array.from(core.encode(text, { add_special_tokens: false }).ids),
    decode: (ids) => decoded(core, ids, true),
    decodeWithSpecial: (ids) => decoded(core, ids, false),
    chat: template
      ? chatTemplate(template, { bosToken: configuration.bos_token ?? '', eosToken: configuration.eos_token ?? '' })
      : null,
  }
}

function decoded(core: Core, ids: ArrayLike<number>, isPlain: boolean): string {
  if (ids.length === 0) return '' // which the library refuses
  return core.decode(Array.from(ids), { skip_special_tokens: isPlain, clean_up_tokenization_spaces: false })
}

function json(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'))
}

function optional<T>(file: string, schema: z.ZodType<T>): T | undefined {
  if (!existsSync(file)) return undefined
  return unreadableUnless(file, () => schema.parse(json(file)))
}

function unreadableUnless<T>(file: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new Failure(
      {
        code: 'file.unreadable',
        message: `The file is not what a tokenizer's folder holds: ${cause instanceof Error ? cause.message.split('\n')[0] : cause}`,
        input: file,
        remedy: 'Download the model again; a download that broke off leaves half files.',
      },
      { cause },
    )
  }
}
