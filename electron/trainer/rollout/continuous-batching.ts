/**
 * Sampling many answers with few slots: a finished answer leaves at once and a waiting one takes its slot; when none waits,
 * the last sequence moves into the gap, so that no step computes an empty slot. A prompt is read once for all its answers.
 */
import type { GenerateRequest, Rollout } from '../policy.ts'
import { uniform } from './noise.ts'
import type { TokenSource } from './token-source.ts'

export interface BatchingLimits {
  /** Sequences at a time. */
  readonly slots: number
  /** Prompt tokens read in one go. */
  readonly promptTokens: number
}

/** A sequence being sampled. */
interface Live {
  readonly prompt: number
  readonly answer: number
  readonly promptLength: number
  readonly tokens: number[]
  readonly logp: number[]
  lastToken: number
}

/** Slots are a multiple of this long: see `cached-decoding.ts` on shared memory. */
const capacityStep = 16

/** All answers of a request, by prompt, then answer. Gives way to the event loop between tokens. */
export async function sampleAll(
  source: TokenSource,
  request: GenerateRequest,
  limits: BatchingLimits,
): Promise<Rollout[]> {
  const batch = new Batch(source, request, limits)
  try {
    while (batch.hasWork()) {
      batch.step()
      await giveWay()
    }
  } finally {
    batch.close()
  }
  return batch.rollouts()
}

const giveWay = () => new Promise<void>((resolve) => setImmediate(resolve))

class Batch {
  private readonly source: TokenSource
  private readonly request: GenerateRequest
  private readonly stops: ReadonlySet<number>
  private readonly slots: number
  private readonly promptsAtOnce: number
  private readonly live: Live[] = []
  private readonly finished: Rollout[] = []
  private readonly waiting: { prompt: number; answer: number }[]
  private nextWaiting = 0
  /** Prompts read last: [first, end). */
  private read = { first: 0, end: 0 }
  private capacity: number

  constructor(source: TokenSource, request: GenerateRequest, { slots, promptTokens }: BatchingLimits) {
    const { prompts, answers } = request
    this.source = source
    this.request = request
    this.stops = new Set(request.stopTokens)
    this.waiting = prompts.flatMap((_, prompt) => Array.from({ length: answers }, (_, answer) => ({ prompt, answer })))
    this.slots = Math.min(slots, this.waiting.length)
    const longest = Math.max(1, ...prompts.map(({ length }) => length))
    this.promptsAtOnce = Math.max(
      1,
      Math.min(Math.ceil(this.slots / Math.max(1, answers)), Math.floor(promptTokens / longest)),
    )
    this.capacity = roundUp(longest + Math.min(request.maxNewTokens, 2 * capacityStep))
    if (this.waiting.length > 0) source.open(this.slots, this.capacity)
  }

  hasWork(): boolean {
    return this.live.length > 0 || this.nextWaiting < this.waiting.length
  }

  step(): void {
    this.admit()
    const positions = Int32Array.from(this.live, ({ promptLength, tokens }) => promptLength + tokens.length - 1)
    this.makeRoomFor(positions.reduce((max, position) => Math.max(max, position), 0))
    const { tokens, logp } = this.source.next({
      tokens: Int32Array.from(this.live, ({ lastToken }) => lastToken),
      positions,
      uniforms: Float32Array.from(this.live, (live) => this.noise(live)),
    })
    this.live.forEach((live, i) => {
      live.tokens.push((live.lastToken = tokens[i]!))
      live.logp.push(logp[i]!)
    })
    this.retire()
  }

  close(): void {
    if (this.waiting.length > 0) this.source.close()
  }

  rollouts(): Rollout[] {
    return this.finished.sort((a, b) => a.prompt - b.prompt || a.answer - b.answer)
  }

  private noise({ prompt, answer, tokens }: Live): number {
    const { seed, promptIds, temperature } = this.request
    return temperature === 0 ? 0 : uniform(seed, promptIds[prompt]!, answer, tokens.length)
  }

  /** Fills free slots, which are the last ones, from the queue. */
  private admit(): void {
    while (this.live.length < this.slots && this.nextWaiting < this.waiting.length) {
      if (this.waiting[this.nextWaiting]!.prompt >= this.read.end) this.readMorePrompts()
      const pairs: { prompt: number; slot: number }[] = []
      while (this.live.length < this.slots && (this.waiting[this.nextWaiting]?.prompt ?? Infinity) < this.read.end) {
        const { prompt, answer } = this.waiting[this.nextWaiting++]!
        const tokens = this.request.prompts[prompt]!
        pairs.push({ prompt: prompt - this.read.first, slot: this.live.length })
        this.live.push({ prompt, answer, promptLength: tokens.length, tokens: [], logp: [], lastToken: tokens.at(-1)! })
      }
      this.source.place(pairs)
    }
  }

  private readMorePrompts(): void {
    const first = this.waiting[this.nextWaiting]!.prompt
    const end = Math.min(first + this.promptsAtOnce, this.request.prompts.length)
    this.source.readPrompts(this.request.prompts.slice(first, end))
    this.read = { first, end }
  }

  private makeRoomFor(position: number): void {
    if (position < this.capacity) return
    this.capacity = roundUp(Math.max(position + 1, this.capacity * 1.25))
    this.source.grow(this.capacity)
  }

  /** Takes finished sequences out; sequences from the end fill the gaps. */
  private retire(): void {
    const { limits, maxNewTokens } = this.request
    const isDone = ({ prompt, tokens, lastToken }: Live) =>
      this.stops.has(lastToken) || tokens.length >= (limits?.[prompt] ?? maxNewTokens)
    const staying = this.live.flatMap((live, slot) => (isDone(live) ? [] : [slot]))
    if (staying.length === this.live.length) return
    this.finished.push(...this.live.filter(isDone).map((live) => this.rolloutOf(live)))
    const gaps = this.live.flatMap((live, slot) => (isDone(live) && slot < staying.length ? [slot] : []))
    const moves = gaps.map((to, i) => ({ from: staying[staying.length - 1 - i]!, to }))
    for (const { from, to } of moves) this.live[to] = this.live[from]!
    this.live.length = staying.length
    if (moves.length > 0) this.source.move(moves)
  }

  private rolloutOf({ prompt, answer, tokens, logp, lastToken }: Live): Rollout {
    return {
      prompt,
      answer,
      tokens: Int32Array.from(tokens),
      logp: Float32Array.from(logp),
      stopped: this.stops.has(lastToken),
    }
  }
}

const roundUp = (tokens: number): number => Math.ceil(tokens / capacityStep) * capacityStep
