/**
 * What an experiment trains on, as choices that fit together: rows decide the task, the task decides which models, tokenizers and
 * data are offered. Pure: from a choice to the edits of the YAML.
 */
import type { Dataset, Subset } from '#shared/contract/datasets.ts'
import { loraTargets } from '#shared/experiment/lora-targets.ts'
import type { ModelRef } from '#shared/experiment/model-ref.ts'
import { modelPresetNames, type ModelPreset } from '#shared/experiment/presets.ts'
import type { DataRef, ExperimentSpec, Stage } from '#shared/experiment/spec.ts'
import {
  bundledTokenizers,
  isTextTask,
  plainTemplate,
  taskFits,
  taskOfData,
  unchosen,
} from '#shared/experiment/task-names.ts'
import { count } from '../../format/numbers.ts'
import type { SelectOption } from '../../ui/select-option.ts'
import type { Edit, Path } from './edit-yaml.ts'

export interface DataHere {
  readonly subsets: readonly Subset[]
  readonly datasets: ReadonlyMap<string, Dataset>
}

export const labRows = 'lab'
export const elsewhere = 'elsewhere'

const datasetOf = ({ dataset }: Subset, { datasets }: DataHere) => datasets.get(dataset)
export const hasTrajectories = (dataset: Dataset | undefined) =>
  dataset !== undefined && (dataset.mapping === null || dataset.mapping.trajectory !== undefined)
const optionOf = ({ id, name, version, rows }: Subset): SelectOption<string> => ({
  value: id,
  title: `${name} v${version}`,
  hint: `${count(rows)} rows`,
})

/** The built-in task, or one of the written subsets. */
export const rowOptions = (here: DataHere): SelectOption<string>[] => [
  { value: labRows, title: 'the lab task', hint: 'built in' },
  ...here.subsets.filter((subset) => isWritten(datasetOf(subset, here))).map(optionOf),
]
const isWritten = (dataset: Dataset | undefined) => dataset !== undefined && dataset.task !== 'lab'

/** What `rowOptions` shows as chosen; nothing where the choice is still to be made. */
export function rowChoice(spec: ExperimentSpec): string | undefined {
  if (!isTextTask(spec.task)) return labRows
  const data = spec.data ?? String(spec.stages[0]!.data)
  return data === unchosen ? undefined : data
}

/** What stands where nothing is chosen: a choice to make, or rows that this workspace does not have. */
export const rowsPlaceholder = (data: DataRef | undefined): string =>
  data === unchosen ? 'Choose a subset…' : 'not in this workspace'

/** Subsets that a stage of this kind can learn from, under this task. */
export const subsetsFor = (task: ExperimentSpec['task'], kind: Stage['kind'], here: DataHere): readonly Subset[] =>
  here.subsets.filter((subset) => {
    const dataset = datasetOf(subset, here)
    return (
      dataset !== undefined &&
      taskFits(task, dataset.task) &&
      subset.splits.train > 0 &&
      (kind === 'rl' || hasTrajectories(dataset))
    )
  })

/** What can be tested on: test splits, and whole datasets as benchmarks. */
export function testOptions(task: ExperimentSpec['task'], here: DataHere): SelectOption<string>[] {
  const fits = (dataset: Dataset | undefined) => dataset !== undefined && taskFits(task, dataset.task)
  return [
    ...here.subsets
      .filter((subset) => fits(datasetOf(subset, here)) && subset.splits.test > 0)
      .map((subset) => ({ ...optionOf(subset), hint: `${count(subset.splits.test)} test rows` })),
    ...[...here.datasets.values()].filter(fits).map(({ id, name, version, rows }) => ({
      value: id,
      title: `${name} v${version}, whole`,
      hint: `${count(rows)} rows`,
    })),
  ]
}

const tests = ['maxPromptTokens', 'maxAnswerTokens', 'data'] as const

/** Every stage forgets rows and lengths of its own, so that those of the whole experiment hold; texts are not pretrained on. */
function cleared({ stages }: ExperimentSpec, toTexts: boolean): Edit[] {
  const gone = (path: Path): Edit => ({ path, value: undefined })
  const edits = stages.flatMap((stage, i) => [
    ...(['data', 'maxPromptTokens', 'maxAnswerTokens'] as const).map((key) => gone(['stages', i, key])),
    ...tests.map((key) => gone(['stages', i, 'evaluation', key])),
    ...(stage.kind === 'sft' ? [gone(['stages', i, 'validation', 'data'])] : []),
  ])
  const isPretrained = toTexts && stages.length > 1 && stages[0]!.kind === 'pretrain'
  return isPretrained ? [...edits, gone(['stages', 0])] : edits
}

/** From one kind of rows to another: the task follows, and with it whatever would not fit. */
export function chooseRows(choice: string, spec: ExperimentSpec, here: DataHere): Edit[] {
  const set = (key: string, value: unknown): Edit => ({ path: [key], value })
  if (choice === labRows) {
    const model = typeof spec.model === 'string' ? [] : [set('model', 'lab-0.3m')]
    const keys = ['task', 'data', 'tokenizer', 'template', 'system']
    return [...keys.map((key) => set(key, undefined)), ...model, set('start', undefined), ...cleared(spec, false)]
  }
  const subset = here.subsets.find(({ id }) => id === choice)
  const dataset = subset && datasetOf(subset, here)
  if (!dataset) return []
  const wasText = isTextTask(spec.task)
  return [
    set('task', taskOfData(dataset.task)),
    set('data', choice),
    ...(typeof spec.model === 'string' && spec.tokenizer === undefined
      ? [set('tokenizer', usualTokenizer(spec.model))]
      : []),
    ...(wasText ? [] : [set('start', undefined)]),
    ...cleared(spec, true),
  ]
}

/** A vocabulary that leaves most of the parameters to the layers. */
const usualTokenizer = (model: ModelPreset) => (model === 'lab-0.3m' ? 'gsm8k-512' : 'gsm8k-2048')

/** Presets, the folder that is chosen, and for written tasks another folder. */
export function modelOptions(
  { model, task }: Pick<ExperimentSpec, 'model' | 'task'>,
  hints: Readonly<Record<ModelPreset, string>>,
): SelectOption<string>[] {
  const presets = modelPresetNames.map((value) => ({ value, title: value, hint: hints[value] }))
  const folder = isTextTask(task) ? [{ value: elsewhere, title: 'a model folder…', hint: 'Hugging Face' }] : []
  return typeof model === 'string'
    ? [...presets, ...folder]
    : [...presets, { value: elsewhere, title: 'a model folder' }]
}

/** Adapters stand everywhere unless the reader says otherwise. */
function withoutDefaults(model: ModelRef): unknown {
  if (typeof model === 'string' || model.tune === 'full') return model
  const { targets, ...lora } = model.tune.lora
  return { folder: model.folder, tune: { lora: targets.length === loraTargets.length ? lora : { ...lora, targets } } }
}

export const chooseModel = (model: ModelRef): Edit[] => [
  { path: ['model'], value: withoutDefaults(model) },
  { path: ['start'], value: undefined },
  ...(typeof model === 'string' ? [] : [{ path: ['tokenizer'], value: undefined }]),
]
export const choosePreset = (model: ModelPreset, { task, tokenizer }: ExperimentSpec): Edit[] => [
  ...chooseModel(model),
  ...(isTextTask(task) && tokenizer === undefined ? [{ path: ['tokenizer'], value: usualTokenizer(model) }] : []),
]

export const tokenizerOptions: readonly SelectOption<string>[] = [
  ...bundledTokenizers.map((name) => ({ value: name, title: name, hint: 'comes along' })),
  { value: elsewhere, title: 'a tokenizer.json…' },
]
export const isBundled = (tokenizer: string | undefined) =>
  tokenizer !== undefined && (bundledTokenizers as readonly string[]).includes(tokenizer)

/** How a prompt is written; a text of one's own is edited in the YAML. */
export const templateOptions: readonly SelectOption<string>[] = [
  { value: 'usual', title: 'as the model is used to', hint: 'chat template, else plain' },
  { value: 'chat', title: 'by its chat template' },
  { value: 'plain', title: 'as a plain question' },
]
export const templateChoice = (template: string | undefined) =>
  template === undefined ? 'usual' : template === 'chat' ? 'chat' : template === plainTemplate ? 'plain' : 'own'
export const templateOf = (choice: string) =>
  choice === 'chat' ? 'chat' : choice === 'plain' ? plainTemplate : undefined

/** A reference as the select of a written task holds it. */
export const refOf = (data: DataRef): string => (typeof data === 'string' ? data : '')
