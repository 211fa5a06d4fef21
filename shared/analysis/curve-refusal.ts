/** What is wrong with one curve of a file: a failure that knows its place, so that the other curves can go on. */
import { Failure } from '#shared/contract/failure.ts'

export class CurveRefusal extends Failure {
  /** Id of the curve, where the file says one. */
  readonly curve: string | null
  readonly file: string
  readonly line: number
  readonly field: string

  constructor(
    place: { readonly file: string; readonly line: number; readonly field: string; readonly curve: string | null },
    message: string,
    remedy: string,
  ) {
    super({
      code: 'input.invalid',
      message,
      input: `${place.file}:${place.line}, field "${place.field}"`,
      remedy,
    })
    this.curve = place.curve
    this.file = place.file
    this.line = place.line
    this.field = place.field
  }
}

/** A curve that a reader left out, and why. */
export interface RejectedCurve {
  readonly curve: string | null
  readonly file: string
  readonly line: number
  readonly field: string
  readonly reason: string
  readonly remedy: string
}

export const rejectedCurve = (refusal: CurveRefusal): RejectedCurve => ({
  curve: refusal.curve,
  file: refusal.file,
  line: refusal.line,
  field: refusal.field,
  reason: refusal.message,
  remedy: refusal.remedy ?? '',
})

/** Is told of a refused curve; throws it, or goes on without that curve. */
export type OnRefusal = (refusal: CurveRefusal) => void

export const throwRefusal: OnRefusal = (refusal) => {
  throw refusal
}

/** Runs `work`; a refusal goes to `onRefusal`, anything else is thrown on. Undefined where it was refused. */
export function orRefused<T>(work: () => T, onRefusal: OnRefusal): T | undefined {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof CurveRefusal)) throw error
    onRefusal(error)
    return undefined
  }
}
