import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { labTokenizer } from '#tokenizers/lab.ts'
import { labTask } from './lab-task.ts'
import { labRows, type LabRequest } from './generator.ts'
import { labRecipes, type LabRecipe, type LabSetName } from './recipe.ts'
import { applyOperator, labModuli } from './operators.ts'
import { operatorClasses } from '#tokenizers/lab.ts'
import { verifyLab } from './verifier.ts'

const make = (set: LabRequest['set'], rows: number, seed = 1, exclude?: ReadonlySet<string>) => [
  ...labRows({ set, rows, seed, exclude }),
]
const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length
const expertSets: LabSetName[] = ['easy', 'uniform', 'hard']

describe('operators', () => {
  it.each([
    [7, '*3', 21],
    [28, '+11', 8],
    [1, '-10', 22],
    [7, '/13', 22],
    [18, '/5', 16],
  ])('%i %s = %i modulo 31', (state, operator, value) => expect(applyOperator(state, operator)).toBe(value))

  it('are bijections of the states, for every modulus', () => {
    for (const modulus of labModuli)
      for (const operator of Object.values(operatorClasses).flat()) {
        const states = Array.from({ length: modulus }, (_, state) => applyOperator(state, operator, modulus))
        expect(new Set(states).size).toBe(modulus)
        expect(Math.min(...states)).toBe(0)
      }
  })

  it('refuse another token', () => expect(() => applyOperator(1, '?')).toThrow(RangeError))
})

describe('labRows', () => {
  it('gives a row by its number, whatever rows stand beside it', () => {
    const whole = make('uniform', 50)
    expect([...labRows({ set: 'uniform', rows: 20, seed: 1, from: 30 })]).toEqual(whole.slice(30))
    expect(make('uniform', 50, 2)).not.toEqual(whole)
    expect(make('hard', 5).map((row) => row.prompt.split(' ')[0])).not.toEqual(
      whole.slice(0, 5).map((row) => row.prompt.split(' ')[0]),
    )
  })

  it('writes expert traces that its own verifier accepts and its tokenizer round-trips', () => {
    for (const set of expertSets)
      for (const row of make(set, 500)) {
        expect(verifyLab(row, row.trajectory)).toMatchObject({ correct: true, reward: 1, answer: row.answer })
        expect(labTokenizer.decode(labTokenizer.encode(row.trajectory))).toBe(row.trajectory)
        expect(labTokenizer.encode(row.prompt).length).toBeLessThanOrEqual(labTask.maxPromptTokens)
        expect(row.difficulty.traceTokens).toBeLessThanOrEqual(labTask.maxResponseTokens)
      }
  })

  it.each([
    // set, mean prompt tokens, mean trace tokens, mean novel operators
    ['easy', 5, 10.1, 0.3],
    ['uniform', 6.5, 14.0, 1.125],
    ['hard', 8, 17.9, 2.4],
    ['base', 4.94, 8.65, 0.03],
  ] as const)('%s has the measured lengths and novel operators', (set, promptTokens, traceTokens, novel) => {
    const rows = make(set, 5000)
    expect(mean(rows.map((row) => row.prompt.split(' ').length))).toBeCloseTo(promptTokens, 0)
    expect(Math.abs(mean(rows.map((row) => row.difficulty.traceTokens)) - traceTokens)).toBeLessThan(0.2)
    expect(Math.abs(mean(rows.map((row) => row.difficulty.novel)) - novel)).toBeLessThan(0.08)
  })

  it('reaches the longest prompt and trace, and no longer', () => {
    const rows = make('hard', 3000)
    expect(Math.max(...rows.map((row) => row.prompt.split(' ').length))).toBe(labTask.maxPromptTokens)
    expect(Math.max(...rows.map((row) => row.difficulty.traceTokens))).toBe(labTask.maxResponseTokens)
  })

  it('mixes three styles and wrong values into the base corpus', () => {
    const rows = make('base', 8000)
    const alone = rows.filter((row) => row.trajectory.split(' ').length === 2)
    expect(alone.length / rows.length).toBeCloseTo(0.15, 1)
    expect(alone.every((row) => verifyLab(row, row.trajectory).correct)).toBe(true)
    const worked = rows.filter((row) => row.trajectory.split(' ').length > 2)
    const values = worked.flatMap((row) => {
      const tokens = row.trajectory.split(' ')
      let state = Number(tokens[0])
      let next = state
      const wrong: number[] = []
      for (let t = 1; t < tokens.length - 1; t++) {
        if (tokens[t] === '=') {
          state = Number(tokens[++t])
          wrong.push(state === next ? 0 : 1)
          next = state
        } else next = applyOperator(next, tokens[t]!)
      }
      return wrong
    })
    expect(mean(values)).toBeGreaterThan(0.1 * (30 / 31) - 0.01)
    expect(mean(values)).toBeLessThan(0.1 * (30 / 31) + 0.01)
  })

  it('keeps excluded prompts out and leaves every other row as it was', () => {
    const free = make('easy', 2000)
    const exclude = new Set(make('easy', 400, 9).map((row) => row.prompt))
    const kept = make('easy', 2000, 1, exclude)
    const clashes = free.filter((row) => exclude.has(row.prompt)).length
    expect(clashes).toBeGreaterThan(0)
    expect(kept.filter((row) => exclude.has(row.prompt))).toEqual([])
    expect(kept.filter((row, i) => row.prompt !== free[i]!.prompt)).toHaveLength(clashes)
  })

  it('says so when the exclusion leaves nothing to draw', () => {
    const tiny: LabRecipe = {
      ...labRecipes.easy,
      lengths: [0, 1],
      classes: { common: 0, rare: 0, novel: 1 },
      novelOperators: 1,
    }
    const all = new Set(Array.from({ length: 30 }, (_, i) => `${i + 1} /2 ?`))
    expect(() => make(tiny, 1, 1, all)).toThrow(/excluded prompt/)
  })

  it('obeys the knobs', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 8 }),
        fc.constantFrom(...labModuli),
        fc.constantFrom(0, 0.25, 1),
        (n, novelOperators, modulus, skipShare) => {
          const lengths = Array.from({ length: 8 }, (_, i) => (i === n ? 1 : 0))
          const set = {
            ...labRecipes.hard,
            lengths,
            novelOperators,
            modulus,
            writing: { by: 'expert', skipShare },
          } as const
          for (const row of make(set, 20)) {
            expect(row.difficulty.operators).toBe(n)
            expect(verifyLab(row, row.trajectory).correct).toBe(true)
            const used = row.prompt.split(' ').filter((token) => operatorClasses.novel.includes(token))
            expect(used.every((token) => operatorClasses.novel.indexOf(token) < novelOperators)).toBe(true)
            const numbers = row.trajectory.split(' ').filter((token) => /^\d+$/.test(token))
            expect(Math.max(...numbers.map(Number))).toBeLessThan(modulus)
            const equals = row.trajectory.split(' ').filter((token) => token === '=').length
            if (skipShare === 0) expect(equals).toBe(n)
            if (skipShare === 1) expect(equals).toBe(Math.ceil(n / 2))
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  it.each([
    ['lengths', { lengths: [0, 0] }],
    ['lengths', { lengths: [0, 1, 1, 1, 1, 1, 1, 1, 1] }],
    ['classes', { classes: { common: 0, rare: 0, novel: 0 } }],
    ['novelOperators', { novelOperators: 9 }],
    ['novelOperators', { novelOperators: 0 }],
    ['modulus', { modulus: 13 }],
    ['skipShare', { writing: { by: 'expert', skipShare: 1.5 } as const }],
  ])('refuses a recipe with bad %s, naming the knob', (knob, change) => {
    expect(() => make({ ...labRecipes.uniform, ...change }, 1)).toThrow(knob)
  })
})
