/** Checkpoints as model folders: what is written is what was trained, and opens again. That transformers loads it: docs/methods/models.md. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RunFile, runFiles } from '#shared/experiment/run-folder.ts'
import { Stage } from '#shared/experiment/spec.ts'
import { presetShape } from '#shared/experiment/presets.ts'
import { shapeOfConfig } from '#shared/experiment/model-config.ts'
import { tokenizerFolder, tokenizerHash } from '#tokenizers/tokenizer-files.ts'
import { labTokenizer } from '#tokenizers/lab.ts'
import { loadHuggingFaceTokenizer } from '#tokenizers/hugging-face.ts'
import { writeRunFile } from '../fixtures/lab-run.ts'
import { knownWeights, recorded, writeRecordedModel } from '../fixtures/parity-models.ts'
import { openModelFolder } from '../model/hugging-face/model-folder.ts'
import { configOfShape } from '../model/hugging-face/config-of-shape.ts'
import { openSafetensors } from '../model/hugging-face/safetensors-file.ts'
import { narrowToBfloat16 } from '../model/hugging-face/half-floats.ts'
import { initialWeights } from '../model/initialise.ts'
import { mergedWeights } from '../model/lora/merge.ts'
import { partsOf, trainedParameters } from '../model/parameters.ts'
import type { TunedShape } from '../model/lora/adapters.ts'
import type { PolicyState } from '../policy.ts'
import { writeCheckpoint } from '../stages/checkpoints/write-checkpoint.ts'
import { stageStart } from '../stages/position.ts'
import { exportAdapters, exportCheckpoint } from './export-checkpoint.ts'
import { settingsHash } from './settings-hash.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'switchpoint-export-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))
const at = (...names: string[]) => path.join(home, ...names)

/** A checkpoint of these weights, with moments of zero. */
function saveCheckpoint(run: RunFile, step: number, weights: PolicyState['weights'], fingerprint: string | null): void {
  const zeros = new Map([...weights].map(([name, { data }]) => [name, new Float32Array(data.length)]))
  writeCheckpoint(
    at('run', runFiles.checkpoints, String(step)),
    { weights, moments: { first: zeros, second: zeros }, optimiserStep: step },
    {
      format: 1,
      run: run.run,
      stage: run.stage.kind,
      settings: settingsHash(run, fingerprint),
      reason: 'end',
      position: { ...stageStart(1), step },
    },
  )
}

function freshWeights(shape: TunedShape): PolicyState['weights'] {
  const arrays = initialWeights(shape, 5)
  return new Map(partsOf(trainedParameters(shape)).map(({ name, shape }) => [name, { shape, data: arrays.get(name)! }]))
}

const numbers = (weights: PolicyState['weights']) => new Map([...weights].map(([name, { data }]) => [name, data]))

describe('a checkpoint of a preset', () => {
  const shape = presetShape('lab-0.3m', labTokenizer.vocabSize, 32)
  const weights = freshWeights(shape)
  beforeEach(() => {
    const run = writeRunFile({ folder: at('run'), stage: { kind: 'sft' }, train: { set: 'easy', rows: 1, seed: 1 } })
    saveCheckpoint(run, 40, weights, null)
  })

  it('becomes a folder with configuration, weights and the lab tokenizer', () => {
    const { folder, files, bytes } = exportCheckpoint(at('run'), 40, at('out'), 'F32')
    expect([folder, files]).toEqual([at('out'), ['config.json', 'generation_config.json', 'model.safetensors', 'switchpoint.json', 'tokenizer.json', 'tokenizer_config.json']]) // prettier-ignore
    expect(bytes).toBeGreaterThan(4 * 343_008)
    const model = openModelFolder(folder)
    expect(model.shape).toEqual({ ...shape, maxLength: model.shape.maxLength })
    expect(model).toMatchObject({ eosTokenIds: [labTokenizer.stop], padTokenId: labTokenizer.pad })
    expect(numbers(model.weights)).toEqual(numbers(weights))
    const tokenizer = loadHuggingFaceTokenizer(folder)
    const text = '7 +3 /13 ? = 10 $'
    expect([...tokenizer.encode(text)]).toEqual([...labTokenizer.encode(text)])
    expect(tokenizer.stops).toEqual([labTokenizer.stop])
    expect(JSON.parse(readFileSync(path.join(folder, 'switchpoint.json'), 'utf8'))).toMatchObject({ run: 'r1', step: 40, model: 'lab-0.3m' }) // prettier-ignore
    expect(readdirSync(home).sort()).toEqual(['out', 'run'])
  })

  it('may be written as bf16', () => {
    const model = openModelFolder(exportCheckpoint(at('run'), 40, at('out'), 'BF16').folder)
    expect(model.storedAs).toBe('BF16')
    for (const [name, { data }] of weights)
      expect(narrowToBfloat16(model.weights.get(name)!.data)).toEqual(narrowToBfloat16(data))
  })

  it('goes into an empty folder, never over anything', () => {
    mkdirSync(at('out'))
    exportCheckpoint(at('run'), 40, at('out'), 'F32')
    const before = readFileSync(at('out', 'config.json'), 'utf8')
    expect(() => exportCheckpoint(at('run'), 40, at('out'), 'F32')).toThrow(expect.objectContaining({ code: 'input.invalid', input: at('out') })) // prettier-ignore
    expect(readFileSync(at('out', 'config.json'), 'utf8')).toBe(before)
  })

  it('is refused when it is missing or damaged, and nothing is left', () => {
    const refused = (step: number, code: string) =>
      expect(() => exportCheckpoint(at('run'), step, at('out'), 'F32')).toThrow(expect.objectContaining({ code }))
    refused(41, 'checkpoint.missing')
    const file = at('run', runFiles.checkpoints, '40', 'model.safetensors')
    const bytes = readFileSync(file)
    bytes[bytes.length - 1]! ^= 1
    writeFileSync(file, bytes)
    refused(40, 'checkpoint.corrupt')
    expect(existsSync(at('out'))).toBe(false)
    expect(readdirSync(home)).toEqual(['run'])
  })
})

describe('a checkpoint of a model folder', () => {
  const model = recorded.lora['qwen3: k, o and down']!
  const lora = { rank: model.lora.r, alpha: model.lora.lora_alpha, targets: model.lora.target_modules }
  /** A model of 512 tokens, so that a bundled tokenizer fits it. */
  const config = { ...model.config, vocab_size: 512, max_position_embeddings: 2048, some_field_of_others: 'kept' }
  function writeRun(tune: 'full' | { lora: typeof lora }): RunFile {
    writeRecordedModel(at('base'), { ...model, config })
    const tokenizer = tokenizerFolder('gsm8k-512')
    const run = RunFile.parse({
      ...{
        run: 'r1',
        attempt: 1,
        task: 'gsm8k',
        seed: 1,
        engine: {},
        stage: Stage.parse({ kind: 'sft' }),
        start: null,
      },
      ...{ before: { flops: 0, tokens: 0 }, socket: null, token: '', graphCache: null },
      model: { folder: at('base'), tune },
      text: { tokenizer, tokenizerHash: tokenizerHash(tokenizer), template: 'Question: {prompt}', system: null },
    })
    mkdirSync(at('run'))
    writeFileSync(at('run', runFiles.run), JSON.stringify(run))
    return run
  }

  it('keeps its configuration and carries the tokenizer', () => {
    const run = writeRun('full')
    const { shape, fingerprint } = openModelFolder(at('base'))
    const weights = freshWeights(shape)
    saveCheckpoint(run, 3, weights, fingerprint)
    const { folder, files } = exportCheckpoint(at('run'), 3, at('out'), 'F32')
    expect(files).toContain('tokenizer.json')
    expect(JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8'))).toMatchObject({ some_field_of_others: 'kept', dtype: 'float32' }) // prettier-ignore
    const written = openModelFolder(folder)
    expect(written.shape).toEqual(shape)
    expect(numbers(written.weights)).toEqual(numbers(weights))
  })

  it('has its adapters merged, onto the base they were trained on', () => {
    const run = writeRun({ lora })
    const { shape, weights: base, fingerprint } = openModelFolder(at('base'))
    const adapters = knownWeights(partsOf(trainedParameters({ ...shape, lora })), model.adapters)
    saveCheckpoint(run, 3, adapters, fingerprint)
    const written = openModelFolder(exportCheckpoint(at('run'), 3, at('out'), 'F32').folder)
    expect(numbers(written.weights)).toEqual(numbers(mergedWeights(shape, base, adapters, lora)))
    expect(numbers(written.weights)).not.toEqual(numbers(base))
    writeRecordedModel(at('base'), { ...model, config, names: model.names.toReversed() })
    expect(() => exportCheckpoint(at('run'), 3, at('again'), 'F32')).toThrow(expect.objectContaining({ code: 'checkpoint.incompatible', input: at('base') })) // prettier-ignore
  })

  it('gives its adapters alone, named and configured as PEFT saves them', () => {
    const run = writeRun({ lora })
    const { shape, fingerprint } = openModelFolder(at('base'))
    const adapters = knownWeights(partsOf(trainedParameters({ ...shape, lora })), model.adapters)
    saveCheckpoint(run, 3, adapters, fingerprint)
    const { folder, files } = exportAdapters(at('run'), 3, at('out'), 'F32')
    expect(files).toEqual(expect.arrayContaining(['adapter_config.json', 'adapter_model.safetensors', 'tokenizer.json'])) // prettier-ignore
    expect(files).not.toContain('model.safetensors')
    const { tensors } = openSafetensors(path.join(folder, 'adapter_model.safetensors'))
    expect(new Map([...tensors].map(([name, tensor]) => [name, tensor.read()]))).toEqual(numbers(adapters))
    expect([...tensors.keys()]).toEqual(expect.arrayContaining(model.adapters as string[]))
    expect(JSON.parse(readFileSync(path.join(folder, 'adapter_config.json'), 'utf8'))).toMatchObject({
      ...{ peft_type: 'LORA', task_type: 'CAUSAL_LM', base_model_name_or_path: at('base') },
      ...{ r: lora.rank, lora_alpha: lora.alpha, target_modules: lora.targets },
    })
  })

  it('has none to give where all weights were trained', () => {
    writeRun('full')
    expect(() => exportAdapters(at('run'), 3, at('out'), 'F32')).toThrow(expect.objectContaining({ code: 'input.invalid' })) // prettier-ignore
  })
})

it.each(Object.entries(recorded.cases))('the configuration of %s comes back', (_, { config }) => {
  const shape = shapeOfConfig(config, 'config.json')
  expect(shapeOfConfig(configOfShape(shape), 'config.json')).toEqual(shape)
})
