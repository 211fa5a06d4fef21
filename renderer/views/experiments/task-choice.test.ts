import fc from 'fast-check'
import { parse } from 'yaml'
import { describe, expect, it } from 'vitest'
import type { Dataset, Subset } from '#shared/contract/datasets.ts'
import { ExperimentSpec } from '#shared/experiment/spec.ts'
import { editYaml } from './edit-yaml.ts'
import { chooseModel, choosePreset, chooseRows, labRows, modelOptions, rowChoice, rowOptions, rowsPlaceholder, subsetsFor, testOptions, type DataHere } from './task-choice.ts' // prettier-ignore

const dataset = (id: string, task: Dataset['task'], mapping: Dataset['mapping']) =>
  ({ id, name: id, version: 1, task, rows: 9, mapping }) as Dataset
const subset = (id: string, of: string, test = 2) =>
  ({ id, name: id, version: 1, dataset: of, rows: 9, splits: { train: 6, validation: 1, test } }) as Subset
const whole = { prompt: 'p', trajectory: 't', scores: [] }
const here: DataHere = {
  subsets: [subset('sub_gsm8', 'ds_gsm8'), subset('sub_text', 'ds_text', 0), subset('sub_bare', 'ds_bare'), subset('sub_labs', 'ds_labs')], // prettier-ignore
  datasets: new Map(
    [
      dataset('ds_gsm8', 'gsm8k', whole),
      dataset('ds_text', 'text', whole),
      dataset('ds_bare', 'text', { prompt: 'p', scores: [] }),
      dataset('ds_labs', 'lab', null),
    ].map((each) => [each.id, each]),
  ),
}
const lab = [
  '# my own words',
  'name: x',
  'stages:',
  '  - kind: pretrain',
  '  - kind: sft',
  '    data: { lab: { set: hard } }',
  '    evaluation: { every: 7, data: { lab: { set: easy } } }',
  '  - kind: rl',
].join('\n')
const specOf = (yaml: string) => ExperimentSpec.parse(parse(yaml))
const chosen = (yaml: string, choice: string) => editYaml(yaml, chooseRows(choice, specOf(yaml), here))

describe('rows decide the task', () => {
  it('turns a lab chain into one on texts, keeping what fits', () => {
    const yaml = chosen(lab, 'sub_gsm8')
    expect(yaml).toContain('# my own words')
    const spec = specOf(yaml)
    expect(spec).toMatchObject({ task: 'gsm8k', data: 'sub_gsm8', tokenizer: 'gsm8k-512', model: 'lab-0.3m' })
    expect(spec.stages.map(({ kind, data, evaluation }) => [kind, data, evaluation.data, evaluation.every])).toEqual([
      ['sft', 'sub_gsm8', 'sub_gsm8', 7],
      ['rl', 'sub_gsm8', 'sub_gsm8', 20],
    ])
    expect(rowChoice(spec)).toBe('sub_gsm8')
    expect(specOf(chosen(yaml, 'sub_text'))).toMatchObject({ task: 'maths', data: 'sub_text' })
  })

  it('shows rows that are still to be chosen as no choice, and takes one in their place', () => {
    const open =
      'name: x\ntask: gsm8k\nmodel: lab-3m\ntokenizer: gsm8k-2048\ndata: # a subset\nstages:\n  - kind: sft\n'
    expect(rowChoice(specOf(open))).toBeUndefined()
    expect([rowsPlaceholder(specOf(open).data), rowsPlaceholder('sub_gone')]).toEqual([
      'Choose a subset…',
      'not in this workspace',
    ])
    const yaml = chosen(open, 'sub_gsm8')
    expect(specOf(yaml)).toMatchObject({ data: 'sub_gsm8', stages: [{ data: 'sub_gsm8' }] })
  })

  it('and back: nothing of the texts is left', () => {
    const folder = editYaml(chosen(lab, 'sub_gsm8'), [
      ...chooseModel({ folder: '/models/x', tune: 'full' }),
      { path: ['stages', 0, 'maxAnswerTokens'], value: 9 },
      { path: ['system'], value: 'be brief' },
    ])
    expect(specOf(folder)).toMatchObject({ model: { folder: '/models/x' } })
    const spec = specOf(chosen(folder, labRows))
    expect(spec).toMatchObject({ task: 'lab', model: 'lab-0.3m' })
    expect([spec.tokenizer, spec.data, spec.system]).toEqual([undefined, undefined, undefined])
  })

  it('always leads to a spec that can be parsed, whatever is chosen after what', () => {
    const rows = fc.constantFrom(labRows, 'sub_gsm8', 'sub_text', 'sub_bare').map((choice) => ({ rows: choice }))
    const model = fc.constantFrom('lab-3m' as const, { folder: '/m', tune: 'full' as const }).map((one) => ({ model: one })) // prettier-ignore
    fc.assert(
      fc.property(fc.array(fc.oneof(rows, model), { maxLength: 8 }), (choices) => {
        let yaml = lab
        for (const choice of choices) {
          const spec = specOf(yaml)
          const isOffered = 'rows' in choice || typeof choice.model === 'string' || spec.task !== 'lab'
          if (!isOffered) continue
          yaml = editYaml(
            yaml,
            'rows' in choice
              ? chooseRows(choice.rows, spec, here)
              : typeof choice.model === 'string'
                ? choosePreset(choice.model, spec)
                : chooseModel(choice.model),
          )
          expect(ExperimentSpec.safeParse(parse(yaml)).error?.issues ?? []).toEqual([])
        }
      }),
    )
  })
})

describe('only what fits is offered', () => {
  const values = (options: readonly { value: string }[]) => options.map(({ value }) => value)

  it('of rows, stages and tests', () => {
    expect(values(rowOptions(here))).toEqual([labRows, 'sub_gsm8', 'sub_text', 'sub_bare'])
    const ids = (task: ExperimentSpec['task'], kind: 'sft' | 'rl') => subsetsFor(task, kind, here).map(({ id }) => id)
    expect(ids('lab', 'sft')).toEqual(['sub_labs'])
    expect(ids('gsm8k', 'sft')).toEqual(['sub_gsm8', 'sub_text'])
    expect(ids('maths', 'rl')).toEqual(['sub_gsm8', 'sub_text', 'sub_bare'])
    expect(values(testOptions('maths', here))).toEqual(['sub_gsm8', 'sub_bare', 'ds_gsm8', 'ds_text', 'ds_bare'])
  })

  it('of models: folders for texts alone', () => {
    const hints = { 'lab-0.3m': '', 'lab-3m': '', 'lab-15m': '' }
    expect(modelOptions({ model: 'lab-3m', task: 'lab' }, hints)).toHaveLength(3)
    expect(modelOptions({ model: 'lab-3m', task: 'maths' }, hints)).toHaveLength(4)
  })
})
