/** The token source of a recorded policy: feeds the program's sampler entry points. */
import type { ModelShape } from '#shared/experiment/presets.ts'
import { forbiddenBias } from '../model/transformer.ts'
import type { Choosing, DecodeStep, TokenSource } from '../rollout/token-source.ts'
import { scalar, wholeScalar, type Feed, type Program } from '../tensor/program.ts'
import { kernelDecode, paddedHead } from './kernel-decoding.ts'

export class RecordedTokens implements TokenSource {
  private readonly program: Program
  private readonly shape: ModelShape
  private readonly entry: string
  private readonly settings: Record<string, Feed>
  private readonly isByKernel: boolean
  /** Room for a head in the caches. */
  private readonly head: number
  private slots = 0
  private capacity = 0
  private promptWidth = 0

  constructor(program: Program, shape: ModelShape, choosing: Choosing) {
    this.program = program
    this.shape = shape
    const { temperature, topP, topK, forbidden } = choosing
    this.isByKernel = program.has(kernelDecode)
    this.head = this.isByKernel ? paddedHead(shape) : shape.headSize
    const isFiltered = temperature > 0 && (topP < 1 || topK > 0)
    this.entry = this.isByKernel ? kernelDecode : isFiltered ? 'decode.filtered' : 'decode'
    this.settings = {
      inverseTemperature: scalar(temperature === 0 ? 1 : 1 / temperature),
      greedy: scalar(temperature === 0 ? 1 : 0),
      bias: forbiddenBias(shape.vocabSize, forbidden),
      ...((isFiltered || this.isByKernel) && { topP: scalar(topP), topK: wholeScalar(topK) }),
    }
  }

  open(slots: number, capacity: number): void {
    this.slots = slots
    this.capacity = capacity
    this.program.run('slots.open', { dims: Int32Array.of(slots, this.slotSize()) })
  }

  grow(capacity: number): void {
    const byPosition = Int32Array.of(this.slots, this.shape.kvHeads, this.capacity, this.head)
    const paddings = alongPositions(capacity - this.capacity)
    this.capacity = capacity
    this.program.run('slots.grow', { byPosition, paddings, dims: Int32Array.of(this.slots, this.slotSize()) })
  }

  readPrompts(prompts: readonly Int32Array[]): void {
    const width = Math.max(...prompts.map(({ length }) => length)) - 1
    this.promptWidth = width
    if (width === 0) return
    const tokens = new Int32Array(prompts.length * width)
    prompts.forEach((prompt, i) => tokens.set(prompt.subarray(0, prompt.length - 1), i * width))
    const feeds = {
      tokens: { data: tokens, shape: [prompts.length, width] },
      prompts: wholeScalar(prompts.length),
      width: wholeScalar(width),
    }
    this.program.run('prompts.read', feeds)
  }

  place(pairs: readonly { prompt: number; slot: number }[]): void {
    if (this.promptWidth === 0) return
    this.program.run('slots.place', {
      prompt: Int32Array.from(pairs, ({ prompt }) => prompt),
      slot: Int32Array.from(pairs, ({ slot }) => slot),
      ...(!this.isByKernel && {
        paddings: alongPositions(this.capacity - this.promptWidth),
        dims: Int32Array.of(pairs.length, this.slotSize()),
      }),
    })
  }

  move(pairs: readonly { from: number; to: number }[]): void {
    this.program.run('slots.move', {
      from: Int32Array.from(pairs, ({ from }) => from),
      to: Int32Array.from(pairs, ({ to }) => to),
    })
  }

  next({ tokens, positions, uniforms }: DecodeStep): { tokens: Int32Array; logp: Float32Array } {
    const { token, logp } = this.program.run(this.entry, {
      tokens,
      positions,
      uniform: uniforms,
      ...(!this.isByKernel && {
        cacheRows: this.cacheRows(positions),
        rows: wholeScalar(tokens.length),
        capacity: wholeScalar(this.capacity),
      }),
      ...this.settings,
    })
    return { tokens: token!.data as Int32Array, logp: logp!.data as Float32Array }
  }

  close(): void {
    this.program.run('slots.close', {})
  }

  /** Row (slot kvHeads + head) capacity + position of the cache, for each sequence and head. */
  private cacheRows(positions: Int32Array): Int32Array {
    const { kvHeads } = this.shape
    return Int32Array.from(
      { length: positions.length * kvHeads },
      (_, i) => i * this.capacity + positions[Math.floor(i / kvHeads)]!,
    )
  }

  private slotSize(): number {
    return this.shape.kvHeads * this.capacity * this.head
  }
}

/** Paddings of [.., kvHeads, positions, headSize] by some positions more. */
const alongPositions = (more: number): Feed => ({ data: Int32Array.of(0, 0, 0, 0, 0, more, 0, 0), shape: [4, 2] })
