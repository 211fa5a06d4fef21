import { describe, expect, it } from 'vitest'
import { ExperimentSpec } from '#shared/experiment/spec.ts'
import { presets } from './presets.ts'
import { parseSpec, printSpec } from './spec-yaml.ts'

const issuesOf = (yaml: string) => parseSpec(yaml).issues.map(({ path, line }) => [path, line])

describe('a spec in YAML', () => {
  it('tells the line of what is wrong', () => {
    const yaml = [
      'name: x',
      'stages:',
      '  - kind: sft',
      '    batch: -3',
      '    colour: blue',
      '  - kind: rl',
      '    objective: { type: luffy }',
    ].join('\n')
    expect(issuesOf(yaml)).toEqual(
      expect.arrayContaining([
        ['stages.0.batch', 4],
        ['stages.0.colour', 5],
      ]),
    )
  })

  it('checks what lies between fields', () => {
    const yaml = ['name: x', 'stages:', '  - kind: rl', '    objective:', '      type: luffy'].join('\n')
    expect(parseSpec(yaml)).toMatchObject({ spec: null, issues: [{ path: 'stages.0.objective.type', line: 5 }] })
  })

  it('shows a missing field at its parent', () => {
    expect(issuesOf('name: x\nmodel: lab-0.3m')).toEqual([['stages', 1]])
  })

  it.each([
    ['broken', 'name: [x', 1],
    ['a key twice', 'name: a\nname: b', 2],
    ['empty', '', null],
    [
      'a bomb of aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
        .split('')
        .map((k, i) => `${k}: &${k} [${Array(9).fill(`*${'abcdefg'[i]}`).join(',')}]`)
        .join('\n')}`,
      null,
    ],
  ])('refuses what is %s', (_name, yaml, line) => {
    const { spec, issues } = parseSpec(yaml)
    expect(spec).toBeNull()
    expect(issues[0]?.line).toBe(line)
  })
})

describe('printing', () => {
  it('leaves out defaults and keeps the meaning and the order', () => {
    const spec = ExperimentSpec.parse({
      name: 'n',
      seed: 7,
      stages: [
        { kind: 'pretrain' },
        { kind: 'sft', budget: { steps: 40, minutes: 3 }, learningRate: 0.002 },
        { kind: 'rl', switchAt: { regime: 'mild' } },
      ],
    })
    expect(printSpec(spec)).toBe(
      'name: n\nseed: 7\nstages:\n  - kind: pretrain\n  - kind: sft\n    budget:\n      steps: 40\n      minutes: 3\n' +
        '    learningRate: 0.002\n  - kind: rl\n    switchAt:\n      regime: mild\n',
    )
    expect(parseSpec(printSpec(spec)).spec).toEqual(spec)
  })

  it('prints every preset so that it reads back the same', () => {
    for (const { spec } of presets()) expect(parseSpec(printSpec(spec)).spec).toEqual(spec)
  })
})

it('says what is still to be chosen, at its line, and knows the experiment all the same', () => {
  const { spec, issues } = parseSpec(
    'name: x\ntask: gsm8k\nmodel: lab-3m\ntokenizer: gsm8k-2048\ndata: # a subset\nstages: [{ kind: sft }]\n',
  )
  expect(spec?.stages.map(({ data }) => data)).toEqual(['unchosen'])
  expect(issues).toEqual([{ path: 'data', message: expect.stringContaining('choose the rows') as string, line: 5 }])
})

it('leaves the rows of a preset on texts to its reader', () => {
  const open = presets().filter(({ yaml }) => parseSpec(yaml).issues.length > 0)
  expect(open.map(({ id }) => id)).toEqual(['gsm8k-sequential'])
})

it('ships a preset for each method, under a short title, in the order a newcomer would try them', () => {
  expect(presets().map(({ id, title }) => [id, title])).toEqual([
    ['sequential', 'Sequential'],
    ['pure-sft', 'Pure SFT'],
    ['pure-rl', 'Pure RL'],
    ['dr-grpo', 'Dr. GRPO'],
    ['dapo', 'DAPO_dc'],
    ['luffy', 'LUFFY'],
    ['srft', 'SRFT'],
    ['upt', 'UPT'],
    ['prefix-rft', 'Prefix-RFT'],
    ['gsm8k-sequential', 'GSM8K'],
  ])
})
