/** Text to token ids and back. */
export interface Tokenizer {
  /** Throws `input.invalid`, naming the place, for text it has no tokens for. Adds no special tokens. */
  encode(text: string): Int32Array
  decode(ids: ArrayLike<number>): string
  readonly vocabSize: number
  readonly pad: number
  /** Ends a response; what is appended to a trajectory. */
  readonly stop: number
  /** Every id that ends a response, `stop` among them. */
  readonly stops: readonly number[]
  /** Ids that must never be sampled; also masked in scoring and training (a policy drifts into tokens that no loss sees). */
  readonly forbiddenInSampling: readonly number[]
}
