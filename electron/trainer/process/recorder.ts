/**
 * The rim's pen: turns what a stage yields into journal records and tells the engine how long the journal is. Adds what only a
 * clock or the process knows (throughput, memory, time left). Progress is written twice a second at most.
 */
import type { JournalRecord } from '#shared/contract/journal.ts'
import type { Stage } from '#shared/experiment/spec.ts'
import { shareDone } from '../stages/budget.ts'
import type { Activity, StageEvent } from '../stages/events.ts'
import type { StagePosition } from '../stages/position.ts'
import { Forecast, type Span } from './forecast.ts'

const progressEveryMs = 500

export interface RecorderOptions {
  readonly stage: Stage
  readonly beforeFlops: number
  readonly append: (record: JournalRecord) => void
  /** Milliseconds, monotonic. */
  readonly now: () => number
  readonly memoryBytes: () => number
}

export class Recorder {
  readonly #options: RecorderOptions
  readonly #forecast = new Forecast()
  #mark: number
  #tokens: number | undefined
  #progressAt = Number.NEGATIVE_INFINITY

  constructor(options: RecorderOptions) {
    this.#options = options
    this.#mark = options.now()
  }

  /** Writes what an event says. Checkpoints and ends are the session's own to write. */
  write(event: StageEvent): void {
    const { append } = this.#options
    const { step, flops, tokens, wallMs } = event.at
    switch (event.kind) {
      case 'metrics': {
        if (event.of !== 'step') this.spent(event.of === 'validation' ? 'validating' : 'evaluating')
        const ofStep = event.of === 'step' ? this.#stepMetrics(event.at) : {}
        append({ kind: 'metrics', step, flops, tokens, wallMs, values: { ...event.values, ...ofStep } })
        break
      }
      case 'samples':
        append({ kind: 'samples', step, purpose: event.purpose, samples: event.samples })
        break
      case 'evaluation':
        append({ kind: 'evaluation', step, flops, ...event.result })
        break
      case 'event':
        append({ kind: 'event', step, level: event.level, text: event.text })
        break
      case 'pulse':
        this.progress(event.at, event.activity)
        break
      default:
    }
  }

  /** A span of this kind ended now; it began where the last one ended. */
  spent(span: Span): void {
    this.#forecast.spent(span, this.#lap())
  }

  progress(at: StagePosition, activity: Activity, force = false): void {
    const { now, append, stage, beforeFlops } = this.#options
    if (!force && now() - this.#progressAt < progressEveryMs) return
    this.#progressAt = now()
    const steps = totalSteps(stage, at, beforeFlops)
    append({
      kind: 'progress',
      step: at.step,
      steps,
      activity,
      secondsLeft: this.#forecast.secondsLeft(left(stage, steps, at.step)),
      tokensPerSecond: this.#forecast.tokensPerSecond,
    })
  }

  #stepMetrics(at: StagePosition): Record<string, number> {
    const seconds = this.#lap()
    const before = this.#tokens
    this.#tokens = at.tokens
    const memory = { 'system/memory_bytes': this.#options.memoryBytes() }
    if (before === undefined) return memory // an attempt's first step loads its graph: no speed to speak of
    const tokensPerSecond = (at.tokens - before) / Math.max(seconds, 1e-6)
    this.#forecast.spent('training', seconds)
    this.#forecast.rate(tokensPerSecond)
    return { 'train/tokens_per_second': tokensPerSecond, ...memory }
  }

  #lap(): number {
    const now = this.#options.now()
    const seconds = (now - this.#mark) / 1000
    this.#mark = now
    return seconds
  }
}

/** Steps the whole stage will take, by the budget that is nearest to its end so far. */
function totalSteps({ budget }: Stage, at: StagePosition, beforeFlops: number): number {
  const share = shareDone(budget, at, beforeFlops)
  if (at.step === 0 || share === 0) return budget.steps
  return Math.min(budget.steps, Math.max(at.step, Math.round(at.step / share)))
}

function left(stage: Stage, steps: number, step: number): Record<Span, number> {
  const points = (every: number) => Math.ceil(steps / every) - Math.floor(step / every)
  const validating = stage.kind === 'sft' ? points(stage.validation.every) : 0
  const evaluating = points(stage.evaluation.every)
  return { training: steps - step, validating, evaluating, saving: Math.max(validating, evaluating) }
}
