/**
 * What the bookkeeping of a rollout needs of a model: slots that hold a sequence each, and one token more for the first n of
 * them. `continuous-batching.ts` decides who stands in which slot; an implementation moves the memory.
 */
export interface TokenSource {
  /** Empty slots for sequences of up to `capacity` tokens. */
  open(slots: number, capacity: number): void
  /** Longer slots, their contents kept. */
  grow(capacity: number): void
  /** Reads prompts (all but each one's last token: that is the first to be decoded) and keeps them until the next call. */
  readPrompts(prompts: readonly Int32Array[]): void
  /** Puts copies of read prompts into slots. `prompt` counts from the last `readPrompts`. */
  place(pairs: readonly { prompt: number; slot: number }[]): void
  /** Copies slots to others, all at once. */
  move(pairs: readonly { from: number; to: number }[]): void
  /** The next token of the sequences in slots 0..n-1. */
  next(step: DecodeStep): { tokens: Int32Array; logp: Float32Array }
  /** Gives the memory back. */
  close(): void
}

/** One entry a sequence. */
export interface DecodeStep {
  readonly tokens: Int32Array
  readonly positions: Int32Array
  readonly uniforms: Float32Array
}

/** How tokens are chosen; the same for a whole request. */
export interface Choosing {
  /** 0: greedy. */
  readonly temperature: number
  readonly topP: number
  readonly topK: number
  readonly forbidden: readonly number[]
}
