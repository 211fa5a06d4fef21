import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { factsOf } from '#shared/contract/failure.ts'
import { csvColumns } from './curve-csv.ts'
import { curveFileOf, printedRegime, readCurveFile } from './curve-files.ts'
import { fieldName, lineOfPath } from './json-place.ts'
import type { CurveSet } from './types.ts'

const refusal = (text: string, file = 'runs.json') => {
  try {
    readCurveFile(text, file)
  } catch (error) {
    return factsOf(error)
  }
  throw new Error('accepted')
}

const json = (curve: object, rest: object = {}) =>
  JSON.stringify(
    {
      ...rest,
      curves: [
        {
          id: 'a/rl',
          dataset: 'a',
          stage: 'rl',
          P_sft: 70,
          points: [
            { flops_e18: 1, overall: 71 },
            { flops_e18: 2, overall: 72 },
          ],
          ...curve,
        },
      ],
    },
    null,
    1,
  )

describe('JSON', () => {
  it('reads every field of the schema, the optional ones too', () => {
    const set = readCurveFile(
      json(
        {
          branch_step: 720,
          branch_flops_e18: 69.84,
          regime: 'Mild over-fit',
          points: [{ flops_e18: 1.5, scores: { gsm8k: 90 }, overall: 71, val_loss: 0.4, step: 10 }],
        },
        { source: 'here', model: 'm', benchmarks: { gsm8k: 1317 }, unknown_key: 1 },
      ),
      'runs.json',
    )
    expect(set).toEqual({
      source: 'here',
      model: 'm',
      flopsUnit: 1e18,
      benchmarks: { gsm8k: 1317 },
      curves: [
        {
          id: 'a/rl',
          dataset: 'a',
          stage: 'rl',
          parent: null,
          branchStep: 720,
          branchFlops: 69.84,
          pSft: 70,
          sameAs: null,
          printedRegime: 'mild',
          points: [{ flops: 1.5, step: 10, scores: { gsm8k: 90 }, overall: 71, valLoss: 0.4 }],
        },
      ],
    })
  })
  it('plain FLOPs have unit 1', () => {
    expect(readCurveFile(json({ points: [{ flops: 2e18, overall: 70 }] }), 'f').flopsUnit).toBe(1)
  })
  it('names line and field of what is wrong', () => {
    const wrong = json({
      points: [
        { flops_e18: 1, overall: 71 },
        { flops_e18: 2, overall: 172 },
      ],
    })
    const line = wrong.split('\n').findIndex((l) => l.includes('172')) + 1
    expect(refusal(wrong)).toMatchObject({
      code: 'input.invalid',
      input: `runs.json:${line}, field "curves[0].points[1].overall"`,
    })
    expect(refusal(json({ stage: 'dpo' })).input).toMatch(/field "curves\[0\]\.stage"$/)
    expect(refusal(json({ id: '' })).input).toMatch(/field "curves\[0\]\.id"$/)
    expect(refusal(json({ points: [] })).input).toMatch(/field "curves\[0\]\.points"$/)
    expect(refusal(json({ regime: 'wild' })).input).toMatch(/field "curves\[0\]\.regime"$/)
    expect(refusal(json({ same_as: 'b' })).message).toMatch(/no curve "b"/)
    expect(
      refusal(
        json({
          points: [
            { flops_e18: 2, overall: 1 },
            { flops_e18: 2, overall: 2 },
          ],
        }),
      ).message,
    ).toMatch(/must increase/)
    expect(refusal(json({ points: [{ overall: 1 }] })).message).toMatch(/needs its compute/)
    expect(refusal(json({ points: [{ flops_e18: 1 }] })).message).toMatch(/score or a validation loss/)
    expect(
      refusal(
        json({
          points: [
            { flops_e18: 1, overall: 1 },
            { flops: 2, overall: 2 },
          ],
        }),
      ).message,
    ).toMatch(/mixes/)
  })
  it('names the line where the text stops being JSON', () => {
    expect(refusal('{\n "curves": [\n  {,\n ]}')).toMatchObject({
      code: 'input.invalid',
      input: expect.stringMatching(/^runs\.json:3$/),
    })
  })
  it('refuses two curves of one id', () => {
    const twice = JSON.parse(json({})) as { curves: unknown[] }
    twice.curves.push(twice.curves[0])
    expect(refusal(JSON.stringify(twice)).message).toMatch(/taken by an earlier curve/)
  })
  it('comes back from its own writing', () => {
    const point = fc.record({ overall: fc.double({ min: 0, max: 100, noNaN: true }), step: fc.nat() })
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 8 }), fc.constantFrom(1, 1e18), (points, flopsUnit) => {
        const set: CurveSet = {
          source: 's',
          model: null,
          flopsUnit,
          benchmarks: { x: 3 },
          curves: [
            {
              id: 'c',
              dataset: 'd',
              stage: 'rl',
              parent: 'p',
              branchStep: 4,
              branchFlops: 2.5,
              pSft: 50,
              sameAs: null,
              printedRegime: 'above-the-band',
              points: points.map((p, i) => ({
                flops: i + 1,
                step: p.step,
                scores: { x: p.overall },
                overall: p.overall,
                valLoss: 0.5,
              })),
            },
          ],
        }
        expect(readCurveFile(JSON.stringify(curveFileOf(set)), 'f')).toEqual(set)
      }),
    )
  })
})

describe('CSV', () => {
  const header = csvColumns.join(',')
  it('gathers rows by run and finds a branch its start', () => {
    const set = readCurveFile(
      [
        header,
        'a,a/sft,,,sft,0,0,overall,46.7',
        'a,a/sft,,,sft,100,5e15,overall,70.1',
        'a,a/sft,,,sft,100,5e15,val_loss,0.44',
        'a,"a/rl, long",a/sft,100,rl,20,2e15,overall,72',
        'a,"a/rl, long",a/sft,100,rl,10,1e15,overall,71',
        'a,"a/rl, long",a/sft,100,rl,10,1e15,gsm8k,90',
        '',
      ].join('\r\n'),
      'runs.csv',
    )
    expect(set.flopsUnit).toBe(1)
    expect(set.curves[0]).toMatchObject({
      id: 'a/sft',
      points: [{ overall: 46.7 }, { overall: 70.1, valLoss: 0.44, step: 100 }],
    })
    expect(set.curves[1]).toMatchObject({
      id: 'a/rl, long',
      parent: 'a/sft',
      branchStep: 100,
      branchFlops: 5e15,
      pSft: 70.1,
      points: [
        { flops: 1e15, overall: 71, scores: { gsm8k: 90 } },
        { flops: 2e15, overall: 72 },
      ],
    })
  })
  it('takes flops_e18 as the unit', () => {
    expect(readCurveFile(`${header.replace('flops', 'flops_e18')}\na,r,,,rl,1,2.5,overall,70`, 'f').flopsUnit).toBe(
      1e18,
    )
  })
  it('names line and field of what is wrong', () => {
    const row = (line: string) => refusal(`${header}\na,r,,,rl,1,1,overall,70\n${line}`, 'runs.csv').input
    expect(row('a,r,,,rl,2,x,overall,70')).toBe('runs.csv:3, field "flops"')
    expect(row('a,r,,,rl,2,2,overall,')).toBe('runs.csv:3, field "value"')
    expect(row('a,r,,,rl,2,2,overall,NaN')).toBe('runs.csv:3, field "value"')
    expect(row('a,r,,,rl,2,2,overall,170')).toBe('runs.csv:3, field "value"')
    expect(row('b,r,,,rl,2,2,overall,70')).toBe('runs.csv:3, field "dataset"')
    expect(row('a,r,,,sft,2,2,overall,70')).toBe('runs.csv:3, field "stage"')
    expect(row('a,r,,,rl,1,1,overall,70')).toBe('runs.csv:3, field "metric"')
    expect(row('a,q,,,dpo,1,1,overall,70')).toBe('runs.csv:3, field "stage"')
    expect(row('a,r,,,rl,2,-1,overall,70')).toBe('runs.csv:3, field "flops"')
    expect(row('a,r,,,rl,2,2,,70')).toBe('runs.csv:3, field "metric"')
    expect(row('a,r,,,rl,2,2,val_loss,0')).toBe('runs.csv:3, field "value"')
  })
  it('says which columns are missing, and when there is nothing', () => {
    expect(refusal('dataset,run\n', 'f.csv')).toMatchObject({
      input: 'f.csv:1',
      message: expect.stringMatching(/lacks parent, parent_step/),
    })
    expect(refusal(header, 'f.csv').code).toBe('input.empty')
    expect(refusal('', 'f.csv').code).toBe('input.empty')
    expect(refusal(`${header}\n"a,r`, 'f.csv').message).toMatch(/never closed/)
  })
})

it('reads regimes as figures print them', () => {
  expect(
    ['Adaptive', 'Stable', 'Mild over-fit', 'Severe over-fitting', 'above the band', 'x'].map(printedRegime),
  ).toEqual(['adaptive', 'stable', 'mild', 'severe', 'above-the-band', null])
})

describe('places in JSON', () => {
  it('finds any value of any document by its path', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (text, pick) => {
        const pretty = JSON.stringify(JSON.parse(text), null, 2)
        const paths: (string | number)[][] = []
        const walk = (value: unknown, path: (string | number)[]) => {
          paths.push(path)
          if (Array.isArray(value)) value.forEach((v, i) => walk(v, [...path, i]))
          else if (typeof value === 'object' && value !== null)
            Object.entries(value).forEach(([k, v]) => walk(v, [...path, k]))
        }
        // Parsed again, so that keys like "__proto__" stand as JSON.parse puts them.
        walk(JSON.parse(pretty), [])
        const path = paths[pick % paths.length]!
        const line = lineOfPath(pretty, path)
        expect(line).toBeGreaterThanOrEqual(1)
        expect(line).toBeLessThanOrEqual(pretty.split('\n').length)
      }),
    )
  })
  it('is exact for nested values and strings full of brackets', () => {
    const text = '{\n "a": "x ]} \\" y",\n "b": [\n  1,\n  {"c": [\n   7,\n   8]}\n ]\n}'
    expect(lineOfPath(text, ['a'])).toBe(2)
    expect(lineOfPath(text, ['b', 0])).toBe(4)
    expect(lineOfPath(text, ['b', 1, 'c', 1])).toBe(7)
    expect(lineOfPath(text, ['b', 5])).toBe(3)
    expect(fieldName(['curves', 3, 'points', 0, 'overall'])).toBe('curves[3].points[0].overall')
  })
})
