import { parse } from 'yaml'
import { describe, expect, it } from 'vitest'
import { editStart, editYaml } from './edit-yaml.ts'

const text = `# my first chain
name: hard-4k # the name
stages:
  - kind: pretrain
  - kind: sft
    budget: { steps: 300 } # short
`

describe('edits of the form in the reader’s YAML', () => {
  it('changes one value and keeps comments, order and style', () => {
    const now = editYaml(text, [{ path: ['stages', 1, 'budget', 'steps'], value: 500 }])
    expect(now).toBe(text.replace('300', '500'))
  })
  it('makes what was not there, and takes it away again', () => {
    const now = editYaml(text, [{ path: ['stages', 1, 'data'], value: { lab: { set: 'hard', rows: 1000, seed: 2 } } }])
    expect(parse(now).stages[1].data).toEqual({ lab: { set: 'hard', rows: 1000, seed: 2 } })
    expect(parse(editYaml(now, [{ path: ['stages', 1, 'data'], value: undefined }])).stages[1]).toEqual({
      kind: 'sft',
      budget: { steps: 300 },
    })
  })
  it('leaves a text that is no YAML as it is', () => {
    const broken = 'name: [unclosed'
    expect(editYaml(broken, [{ path: ['name'], value: 'x' }])).toBe(broken)
  })
})

describe('where a chain starts', () => {
  it('from a checkpoint: without pretraining', () => {
    const now = editStart(text, { run: 'run_k3v9x2', step: 150 })
    expect(parse(now)).toMatchObject({ start: { run: 'run_k3v9x2', step: 150 }, stages: [{ kind: 'sft' }] })
    expect(now).toContain('# the name')
  })
  it('from fresh weights: with it again, once', () => {
    const back = editStart(editStart(text, { run: 'run_k3v9x2', step: 150 }), null)
    expect(parse(back)).toEqual(parse(text))
    expect(editStart(back, null)).toBe(back)
  })
})
