import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toyRequest } from '../fixtures/toy-policy.ts'
import type { GenerateRequest } from '../policy.ts'
import { sampleAll } from './continuous-batching.ts'
import { uniform } from './noise.ts'
import type { DecodeStep, TokenSource } from './token-source.ts'

/**
 * A source whose tokens tell their whole history: each slot holds the sequence that was put and decoded there, and the next token
 * is a hash of it. If the bookkeeping ever mixed two slots up, tokens would change.
 */
class HistorySource implements TokenSource {
  readonly reads: number[][] = []
  readonly steps: number[] = []
  private slots: (number[] | undefined)[] = []
  private prompts: readonly Int32Array[] = []
  private capacity = 0
  isOpen = false

  open(slots: number, capacity: number): void {
    this.slots = new Array<undefined>(slots).fill(undefined)
    this.capacity = capacity
    this.isOpen = true
  }
  grow(capacity: number): void {
    expect(capacity).toBeGreaterThan(this.capacity)
    this.capacity = capacity
  }
  readPrompts(prompts: readonly Int32Array[]): void {
    this.prompts = prompts
    this.reads.push(prompts.map((prompt) => prompt[0]!))
  }
  place(pairs: readonly { prompt: number; slot: number }[]): void {
    for (const { prompt, slot } of pairs) this.slots[slot] = [...this.prompts[prompt]!.subarray(0, -1)]
  }
  move(pairs: readonly { from: number; to: number }[]): void {
    const values = pairs.map(({ from }) => [...this.slots[from]!])
    pairs.forEach(({ to }, i) => (this.slots[to] = values[i]))
  }
  next({ tokens, positions, uniforms }: DecodeStep) {
    this.steps.push(tokens.length)
    expect(tokens.length).toBeLessThanOrEqual(this.slots.length)
    const chosen = Int32Array.from(tokens, (token, slot) => {
      const history = this.slots[slot]!
      expect(positions[slot]).toBe(history.length)
      expect(history.length).toBeLessThan(this.capacity)
      history.push(token)
      return nextOf(history, uniforms[slot]!)
    })
    return { tokens: chosen, logp: Float32Array.from(chosen, (token) => -token) }
  }
  close(): void {
    this.isOpen = false
  }
}

const nextOf = (history: readonly number[], u: number): number => {
  const mixed = history.reduce((hash, token) => (Math.imul(hash, 31) + token + 1) >>> 0, 7)
  return (mixed + Math.floor(u * 97)) % 20
}

/** What must come out, one answer at a time. */
function expected(request: GenerateRequest) {
  return request.prompts.flatMap((prompt, p) =>
    Array.from({ length: request.answers }, (_, answer) => {
      const history = [...prompt]
      const tokens: number[] = []
      const limit = request.limits?.[p] ?? request.maxNewTokens
      while (tokens.length < limit && !request.stopTokens.includes(tokens.at(-1) ?? -1)) {
        const token = nextOf(
          history,
          request.temperature === 0
            ? 0
            : Math.fround(uniform(request.seed, request.promptIds[p]!, answer, tokens.length)),
        )
        history.push(token)
        tokens.push(token)
      }
      return { prompt: p, answer, tokens, stopped: request.stopTokens.includes(tokens.at(-1)!) }
    }),
  )
}

const requests = fc
  .record({
    lengths: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 7 }),
    answers: fc.integer({ min: 1, max: 5 }),
    maxNewTokens: fc.integer({ min: 1, max: 60 }),
    seed: fc.nat(),
    temperature: fc.constantFrom(0, 1),
  })
  .map(({ lengths, ...rest }) => {
    const prompts = lengths.map((length, i) => Int32Array.from({ length }, (_, j) => (i + 3 * j) % 20))
    return toyRequest({ ...rest, prompts, promptIds: prompts.map((_, i) => 50 + i), stopTokens: [0, 13] })
  })

describe('continuous batching', () => {
  it('gives every answer what it would get alone, however few the slots', async () => {
    const limits = fc.record({ slots: fc.integer({ min: 1, max: 12 }), promptTokens: fc.integer({ min: 1, max: 100 }) })
    await fc.assert(
      fc.asyncProperty(requests, limits, async (request, limits) => {
        const source = new HistorySource()
        const rollouts = await sampleAll(source, request, limits)
        expect(
          rollouts.map(({ prompt, answer, tokens, stopped }) => ({ prompt, answer, tokens: [...tokens], stopped })),
        ).toEqual(expected(request))
        for (const { tokens, logp } of rollouts) expect([...logp]).toEqual([...tokens].map((token) => -token))
        // Every prompt was read once, in order; no step computed an empty slot.
        expect(source.reads.flat()).toEqual(request.prompts.map((prompt) => prompt[0]))
        expect(source.steps.reduce((sum, n) => sum + n, 0)).toBe(
          rollouts.reduce((sum, { tokens }) => sum + tokens.length, 0),
        )
        expect(source.isOpen).toBe(false)
      }),
      { numRuns: 60 },
    )
  })

  it('keeps its slots full while anybody waits', async () => {
    const source = new HistorySource()
    const request = toyRequest({ answers: 6, maxNewTokens: 30, stopTokens: [1, 2, 3, 4, 5] })
    await sampleAll(source, request, { slots: 4, promptTokens: 1000 })
    const total = source.steps.reduce((sum, n) => sum + n, 0)
    expect(source.steps.slice(0, Math.floor((total - 4 * 30) / 4)).every((n) => n === 4)).toBe(true)
  })

  it('closes the source when it fails', async () => {
    const source = new HistorySource()
    source.next = () => {
      throw new Error('out of memory')
    }
    await expect(sampleAll(source, toyRequest(), { slots: 4, promptTokens: 100 })).rejects.toThrow('out of memory')
    expect(source.isOpen).toBe(false)
  })

  it('does nothing for no prompts', async () => {
    const source = new HistorySource()
    expect(
      await sampleAll(source, toyRequest({ prompts: [], promptIds: [] }), { slots: 4, promptTokens: 100 }),
    ).toEqual([])
    expect(source.isOpen).toBe(false)
  })
})
