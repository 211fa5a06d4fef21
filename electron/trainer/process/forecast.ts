/**
 * How fast, and how long still: rolling seconds of a step, of an evaluation and of a save, and what is left of each. Fed with
 * what happened; knows no clock of its own.
 */
export type Span = 'training' | 'validating' | 'evaluating' | 'saving'

/** Weight of the newest span in the rolling mean: about the last ten count. */
const newest = 0.2

export class Forecast {
  readonly #seconds: Partial<Record<Span, number>> = {}
  #tokensPerSecond: number | null = null

  /** A step, a whole validation or evaluation, or a save took this long. */
  spent(span: Span, seconds: number): void {
    const before = this.#seconds[span]
    this.#seconds[span] = before === undefined ? seconds : before + newest * (seconds - before)
  }

  /** Tokens a second of a training step. */
  rate(tokensPerSecond: number): void {
    const before = this.#tokensPerSecond
    this.#tokensPerSecond = before === null ? tokensPerSecond : before + newest * (tokensPerSecond - before)
  }

  get tokensPerSecond(): number | null {
    return this.#tokensPerSecond
  }

  /** Seconds to the end; null before the first step. What has not been measured yet counts nothing. */
  secondsLeft(left: Readonly<Record<Span, number>>): number | null {
    if (this.#seconds.training === undefined) return null
    const spans = Object.entries(left) as [Span, number][]
    return spans.reduce((sum, [span, times]) => sum + times * (this.#seconds[span] ?? 0), 0)
  }
}
