import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { kernelsAreThere } from '../fixtures/kernel-cases.ts'
import { settings as base } from '../fixtures/toy-policy.ts'
import type { OptimiserSettings } from '../policy.ts'
import { Arithmetic } from '../tensor/arithmetic.ts'
import { loadBackend } from '../tensor/backend.ts'
import { DType } from '../tensor/dtype.ts'
import { Program, ProgramBuilder, scalar } from '../tensor/program.ts'
import { addUpdate, momentNames, optimiserFeeds, optimiserValues, type OptimiserFeed } from './adamw.ts'

/** Parameters a and b, one entry point that sets them up, one that updates them by fed gradients. */
function updateProgram(byKernel: boolean): Program {
  const builder = new ProgramBuilder()
  const { graph } = builder
  const math = new Arithmetic(graph)
  const names = ['a', 'b']
  builder.entry('set', (feed) => ({
    fetches: {
      done: builder.done(
        names.flatMap((name) => {
          const value = math.copy(feed(name, DType.float32))
          const zeros = Object.values(momentNames(name)).map((moment) =>
            builder.assign(moment, math.copy(math.zerosLike(value))),
          )
          return [builder.assign(name, value), ...zeros]
        }),
      ),
    },
  }))
  builder.entry('update', (feed) => {
    const gradients = Object.fromEntries(names.map((name) => [name, feed(`gradient/${name}`, DType.float32)]))
    const feeds = Object.fromEntries(optimiserFeeds.map((name) => [name, feed(name, DType.float32)]))
    const { gradNorm, applied, done } = addUpdate(
      builder,
      gradients,
      feed('loss', DType.float32),
      feeds as Record<OptimiserFeed, ReturnType<typeof feed>>,
      byKernel,
    )
    return { fetches: { gradNorm: math.identity(gradNorm, [done]), applied: math.toFloat(applied) } }
  })
  builder.entry('get', () => ({ fetches: Object.fromEntries(names.map((name) => [name, builder.read(name)])) }))
  return Program.fromBuilder(loadBackend(2), builder)
}

describe.each(kernelsAreThere() ? [false, true] : [false])('AdamW, by our kernel: %s', (byKernel) => {
  const program = updateProgram(byKernel)
  afterAll(() => program.dispose())

  interface Step {
    readonly gradients: { readonly a: readonly number[]; readonly b: readonly number[] }
    readonly loss?: number
  }

  /** The parameters after the steps; a step that was not applied does not count as one. */
  function run(
    start: { a: readonly number[]; b: readonly number[] },
    steps: readonly Step[],
    settings: OptimiserSettings,
  ) {
    program.run('set', { a: Float32Array.from(start.a), b: Float32Array.from(start.b) })
    let t = 0
    const outcomes = steps.map(({ gradients, loss = 1 }) => {
      const values = Object.entries(optimiserValues(settings, t + 1)).map(([name, value]) => [name, scalar(value)])
      const feeds = {
        'gradient/a': Float32Array.from(gradients.a),
        'gradient/b': Float32Array.from(gradients.b),
        loss: scalar(loss),
      }
      const { gradNorm, applied } = program.run('update', { ...feeds, ...Object.fromEntries(values) })
      t += applied!.data[0]!
      return { gradNorm: gradNorm!.data[0]!, applied: applied!.data[0] === 1 }
    })
    const { a, b } = program.run('get', {})
    return { outcomes, a: [...a!.data], b: [...b!.data] }
  }

  /** AdamW in double precision, as PyTorch documents it. */
  function reference(
    w: number,
    gradients: readonly number[],
    { learningRate, beta1, beta2, eps, weightDecay }: OptimiserSettings,
  ): number {
    let [m, v] = [0, 0]
    gradients.forEach((g, i) => {
      m = beta1 * m + (1 - beta1) * g
      v = beta2 * v + (1 - beta2) * g * g
      w =
        w * (1 - learningRate * weightDecay) -
        (learningRate * (m / (1 - beta1 ** (i + 1)))) / (Math.sqrt(v / (1 - beta2 ** (i + 1))) + eps)
    })
    return w
  }

  const loose: OptimiserSettings = { ...base, clipNorm: Infinity }

  describe('the recorded AdamW', () => {
    it('passes the vector adamw_three_steps', () => {
      const settings = {
        learningRate: 1e-3,
        beta1: 0.9,
        beta2: 0.999,
        eps: 1e-8,
        weightDecay: 0.01,
        clipNorm: Infinity,
      }
      const gradients = [0.5, -0.25, 0.1]
      const expected = [0.99899, 0.9987136731, 0.9983884424]
      expected.forEach((w, i) => {
        const steps = gradients.slice(0, i + 1).map((g) => ({ gradients: { a: [g], b: [0] } }))
        expect(run({ a: [1], b: [0] }, steps, settings).a[0]).toBeCloseTo(w, 6)
      })
    })

    it('adds eps to the corrected root: gradients near 1e-8 move a weight by half a step', () => {
      const settings = { ...loose, learningRate: 0.5, beta2: 0.999, weightDecay: 0 }
      const steps = [1e-8, 1e-8].map((g) => ({ gradients: { a: [g], b: [0] } }))
      expect(run({ a: [0], b: [0] }, steps, settings).a[0]).toBeCloseTo(reference(0, [1e-8, 1e-8], settings), 5)
      expect(reference(0, [1e-8], settings)).toBeCloseTo(-0.25, 6)
    })

    it('does what the formula does, over many steps', () => {
      const weights = fc.double({ min: -2, max: 2, noNaN: true })
      const gradient = fc.double({ min: -5, max: 5, noNaN: true })
      const settings = fc.record({
        learningRate: fc.double({ min: 1e-5, max: 1e-2, noNaN: true }),
        beta1: fc.constantFrom(0, 0.9),
        beta2: fc.constantFrom(0.95, 0.999),
        weightDecay: fc.constantFrom(0, 0.1),
      })
      fc.assert(
        fc.property(weights, fc.array(gradient, { minLength: 1, maxLength: 12 }), settings, (w, gradients, over) => {
          const all = { ...loose, ...over }
          const { a } = run({ a: [w, 1], b: [0] }, gradients.map((g) => ({ gradients: { a: [g, -g], b: [g] } })), all) // prettier-ignore
          const rounded = gradients.map(Math.fround)
          expect(Math.abs(a[0]! - reference(Math.fround(w), rounded, all))).toBeLessThan(3e-6)
          expect(Math.abs(a[1]! - reference(1, rounded.map((g) => -g), all))).toBeLessThan(3e-6) // prettier-ignore
        }),
        { numRuns: 60 },
      )
    })

    it('passes the vector grad_clip', () => {
      const settings = { ...loose, beta1: 0, beta2: 0.5, eps: 1, learningRate: 1, weightDecay: 0, clipNorm: 1 }
      const { a, b, outcomes } = run({ a: [0, 0], b: [0] }, [{ gradients: { a: [3, 4], b: [12] } }], settings)
      expect(outcomes[0]!.gradNorm).toBeCloseTo(13, 5)
      const clipped = [0.230769213, 0.307692284, 0.9230768521].map((g) => reference(0, [g], settings))
      ;[...a, ...b].forEach((w, i) => expect(w).toBeCloseTo(clipped[i]!, 6))
    })

    it('clips by the norm of all gradients together', () => {
      const settings = { ...loose, beta1: 0, beta2: 0.5, eps: 1, learningRate: 1, weightDecay: 0, clipNorm: 1 }
      const { a, b, outcomes } = run({ a: [0, 0], b: [0] }, [{ gradients: { a: [2, 4], b: [4] } }], settings)
      expect(outcomes).toEqual([{ gradNorm: 6, applied: true }])
      const clipped = [2, 4, 4].map((g) => reference(0, [g / (6 + 1e-6)], settings))
      ;[...a, ...b].forEach((w, i) => expect(w).toBeCloseTo(clipped[i]!, 6))
    })

    it.each([
      ['a loss that is no number', { gradients: { a: [1, 1], b: [1] }, loss: NaN }],
      ['an infinite loss', { gradients: { a: [1, 1], b: [1] }, loss: Infinity }],
      ['a gradient that is no number', { gradients: { a: [1, NaN], b: [1] } }],
      ['a gradient whose square overflows', { gradients: { a: [1, 1e30], b: [1] } }],
    ])('skips %s altogether, decay included, and counts no step', (_, broken) => {
      const good = { gradients: { a: [1, -2], b: [0.5] } }
      const start = { a: [1, 2], b: [3] }
      const { outcomes, ...after } = run(start, [good, broken, good], loose)
      expect(outcomes.map(({ applied }) => applied)).toEqual([true, false, true])
      const { outcomes: _2, ...expected } = run(start, [good, good], loose)
      expect(after).toEqual(expected)
    })
  })
})
