/** A model as a folder that transformers (and whatever reads its format) loads: config.json, model.safetensors, the tokenizer's files. */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { Failure } from '#shared/contract/failure.ts'
import { isDiskFull, writeAll } from '../../disk.ts'
import type { PolicyState } from '../../policy.ts'
import { narrowToBfloat16 } from './half-floats.ts'
import { tensorHeader } from './safetensors-header.ts'

export interface ModelToWrite {
  readonly config: Readonly<Record<string, unknown>>
  /** Read one after the other, each once: they may be lazy. */
  readonly weights: PolicyState['weights']
  readonly storedAs: 'F32' | 'BF16'
  /** A folder whose tokenizer (and generation_config.json) is copied, or the texts of files by name. */
  readonly tokenizer: string | Readonly<Record<string, string>>
  /** Further files: texts by name. They win over copied ones. */
  readonly files: Readonly<Record<string, string>>
  /** Adapters alone, in PEFT's form: `config` is adapter_config.json. */
  readonly isAdapter?: boolean
}

/** What a tokenizer consists of, where it is there. */
const tokenizerFiles = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.json',
  'merges.txt',
  'tokenizer.model',
  'chat_template.jinja',
  'generation_config.json',
]

export interface WrittenModel {
  readonly folder: string
  readonly files: string[]
  readonly bytes: number
}

/**
 * Writes the folder; it is whole or absent, whatever is killed meanwhile.
 * @throws Failure 'input.invalid' when something is there already, 'workspace.full', 'file.unreadable' where it cannot be made.
 */
export function writeModelFolder(folder: string, model: ModelToWrite): WrittenModel {
  if (existsSync(folder) && !(statSync(folder).isDirectory() && readdirSync(folder).length === 0))
    throw new Failure({
      code: 'input.invalid',
      message: 'Something is there already; nothing is written over it.',
      input: folder,
      remedy: 'Name a folder that does not exist, or an empty one.',
    })
  const draft = path.join(path.dirname(folder), `.${path.basename(folder)}.writing-${process.pid}`)
  try {
    mkdirSync(draft, { recursive: true })
    const config = model.isAdapter ? model.config : { ...model.config, ...typeFields(model.storedAs) }
    const [configFile, weightsFile] = model.isAdapter
      ? ['adapter_config.json', 'adapter_model.safetensors']
      : ['config.json', 'model.safetensors']
    writeText(draft, configFile!, `${JSON.stringify(config, null, 2)}\n`)
    writeWeights(path.join(draft, weightsFile!), model)
    writeTokenizer(draft, model.tokenizer)
    for (const [name, text] of Object.entries(model.files)) writeText(draft, name, text)
    if (existsSync(folder)) rmdirSync(folder)
    renameSync(draft, folder)
  } catch (cause) {
    rmSync(draft, { recursive: true, force: true })
    if (cause instanceof Failure) throw cause
    throw unwritten(folder, cause)
  }
  const files = readdirSync(folder).sort()
  const bytes = files.reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0)
  return { folder, files, bytes }
}

/** `torch_dtype` for transformers 4, `dtype` since 5. */
function typeFields(storedAs: 'F32' | 'BF16') {
  const type = storedAs === 'F32' ? 'float32' : 'bfloat16'
  return { dtype: type, torch_dtype: type }
}

const writeText = (folder: string, name: string, text: string) => writeFileSync(path.join(folder, name), text)

function writeWeights(file: string, { weights, storedAs }: ModelToWrite): void {
  const tensors = [...weights].map(([name, { shape }]) => ({ name, shape, dtype: storedAs }))
  const handle = openSync(file, 'wx')
  try {
    writeAll(handle, tensorHeader(tensors, { format: 'pt' }))
    for (const weight of weights.values()) {
      const { data } = weight
      const stored = storedAs === 'F32' ? data : narrowToBfloat16(data)
      writeAll(handle, new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength))
    }
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function writeTokenizer(draft: string, tokenizer: ModelToWrite['tokenizer']): void {
  if (typeof tokenizer !== 'string') {
    for (const [name, text] of Object.entries(tokenizer)) writeText(draft, name, text)
    return
  }
  for (const name of tokenizerFiles) {
    const from = path.join(tokenizer, name)
    if (existsSync(from)) copyFileSync(from, path.join(draft, name))
  }
}

function unwritten(folder: string, cause: unknown): Failure {
  if (isDiskFull(cause))
    return new Failure(
      {
        code: 'workspace.full',
        message: 'The disk is full; nothing is left of what was written.',
        input: folder,
        remedy: 'Free some space, or name a folder on another disk.',
      },
      { cause },
    )
  return new Failure(
    {
      code: 'file.unreadable',
      message: `The folder cannot be written: ${(cause as Error).message}.`,
      input: folder,
      remedy: 'Name a folder that you may write to.',
    },
    { cause },
  )
}
