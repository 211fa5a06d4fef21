/**
 * Sampling many answers with few slots: a finished answer leaves at once and a waiting one takes its slot; when none waits,
 * the last sequence moves into the gap, so that no step computes an empty slot. A prompt is read once for all its answers.
 */
import type { GenerateRequest, Rollout } from '../policy.ts'
import { limitOf } from './limits.ts'
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
/** New tokens that slots have room for at first: most answers end within. Growing copies all slots, so they double when they must. */
const roomAtFirst = 64

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
  /** Who stands in which slot. */
  private seats: (Live | undefined)[] = []
  private readonly finished: Rollout[] = []
  private readonly waiting: { prompt: number; answer: number }[]
  private nextWaiting = 0
  /** Prompts read last: [first, end). */
  private read = { first: 0, end: 0 }
  private capacity: number
  /** What the longest prompt and answer need together. */
  private readonly mostCapacity: number

  constructor(source: TokenSource, request: GenerateRequest, { slots, promptTokens }: BatchingLimits) {
    const { prompts, answers } = request
    this.source = source
    this.request = request
    this.stops = new Set(request.stopTokens)
    this.waiting = prompts.flatMap((_, prompt) => Array.from({ length: answers }, (_, answer) => ({ prompt, answer })))
    this.slots = Math.min(slots, this.waiting.length)
    const longest = prompts.reduce((max, { length }) => Math.max(max, length), 1)
    const together = Math.min(Math.ceil(this.slots / answers), Math.floor(promptTokens / longest))
    this.promptsAtOnce = Math.max(1, together)
    this.mostCapacity = roundUp(longest + request.maxNewTokens)
    this.capacity = Math.min(this.mostCapacity, roundUp(longest + roomAtFirst))
    if (this.waiting.length > 0) source.open(this.slots, this.capacity)
  }

  hasWork(): boolean {
    return this.seats.length > 0 || this.nextWaiting < this.waiting.length
  }

  /** One token more for everyone. */
  step(): void {
    const live = this.seated()
    const positions = Int32Array.from(live, ({ promptLength, tokens }) => promptLength + tokens.length - 1)
    this.makeRoomFor(positions.reduce((max, position) => Math.max(max, position), 0))
    const { tokens, logp } = this.source.next({
      tokens: Int32Array.from(live, ({ lastToken }) => lastToken),
      positions,
      uniforms: Float32Array.from(live, (one) => this.noise(one)),
    })
    live.forEach((one, slot) => {
      one.tokens.push((one.lastToken = tokens[slot]!))
      one.logp.push(logp[slot]!)
      if (!this.isDone(one)) return
      this.finished.push(this.rolloutOf(one))
      this.seats[slot] = undefined
    })
    this.fillSeats()
    this.closeRanks()
  }

  close(): void {
    if (this.waiting.length > 0) this.source.close()
  }

  rollouts(): Rollout[] {
    return this.finished.sort((a, b) => a.prompt - b.prompt || a.answer - b.answer)
  }

  /** Sequences in slots 0..n-1. */
  private seated(): Live[] {
    if (this.seats.length === 0) this.fillSeats()
    return this.seats as Live[]
  }

  private noise({ prompt, answer, tokens }: Live): number {
    const { seed, promptIds, temperature } = this.request
    return temperature === 0 ? 0 : uniform(seed, promptIds[prompt]!, answer, tokens.length)
  }

  private isDone({ prompt, answer, tokens, lastToken }: Live): boolean {
    return this.stops.has(lastToken) || tokens.length >= limitOf(this.request, prompt, answer)
  }

  /** Waiting answers take free slots. Answers wait in the order of their prompts, so a prompt is read once. */
  private fillSeats(): void {
    const free = Array.from({ length: this.slots }, (_, slot) => slot).filter((slot) => this.seats[slot] === undefined)
    while (free.length > 0 && this.nextWaiting < this.waiting.length) {
      if (this.waiting[this.nextWaiting]!.prompt >= this.read.end) this.readMorePrompts()
      const pairs: { prompt: number; slot: number }[] = []
      while (free.length > 0 && (this.waiting[this.nextWaiting]?.prompt ?? Infinity) < this.read.end) {
        const slot = free.shift()!
        const { prompt, answer } = this.waiting[this.nextWaiting++]!
        const tokens = this.request.prompts[prompt]!
        pairs.push({ prompt: prompt - this.read.first, slot })
        this.seats[slot] = {
          prompt,
          answer,
          promptLength: tokens.length,
          tokens: [],
          logp: [],
          lastToken: tokens.at(-1)!,
        }
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
    this.capacity = Math.min(this.mostCapacity, roundUp(Math.max(position + 1, this.capacity * 2)))
    this.source.grow(this.capacity)
  }

  /** Nobody waits for the gaps that are left: sequences from the end move into them. */
  private closeRanks(): void {
    const count = this.seats.filter((seat) => seat !== undefined).length
    const gaps = Array.from({ length: count }, (_, slot) => slot).filter((slot) => this.seats[slot] === undefined)
    const beyond = this.seats.flatMap((seat, slot) => (seat !== undefined && slot >= count ? [slot] : []))
    const moves = gaps.map((to, i) => ({ from: beyond[i]!, to }))
    for (const { from, to } of moves) this.seats[to] = this.seats[from]
    this.seats.length = count
    if (moves.length > 0) this.source.move(moves)
  }

  private rolloutOf({ prompt, answer, tokens, logp, lastToken }: Live): Rollout {
    const stopped = this.stops.has(lastToken)
    return { prompt, answer, tokens: Int32Array.from(tokens), logp: Float32Array.from(logp), stopped }
  }
}

const roundUp = (tokens: number): number => Math.ceil(tokens / capacityStep) * capacityStep
