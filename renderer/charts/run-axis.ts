/** Where the steps of an SFT run lie on a chart's x axis: steps, tokens, FLOPs, epochs, or shares of the minimum's step. Pure. */
import { count, flopUnit, tick } from '../format/numbers.ts'

export const axisKinds = ['step', 'tokens', 'flops', 'epochs', 'share'] as const
export type AxisKind = (typeof axisKinds)[number]

export const axisTitles: Readonly<Record<AxisKind, string>> = {
  step: 'steps',
  tokens: 'tokens',
  flops: 'FLOPs',
  epochs: 'epochs',
  share: 'share of the minimum',
}

/** What a run had come to at some of its steps, rising; all of one length. `epochs` is null where it was not measured. */
export interface RunCourse {
  readonly step: readonly number[]
  readonly tokens: readonly number[]
  readonly flops: readonly number[]
  readonly epochs: readonly number[] | null
  /** Step of the least validation loss. */
  readonly minStep: number
}

export interface RunAxis {
  readonly name: string
  /** Largest value of the axis. */
  readonly end: number
  place(step: number): number
}

/** A place on the axis as its label: 12,000 steps are written out, a million tokens are not. */
export const axisTick = (value: number): string =>
  Number.isInteger(value) && value < 100_000 ? count(value) : tick(value)

const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0)

/** The axis that `courses` share, and where the steps of each lie on it; the first is the run the view is about. */
export function runAxes(kind: AxisKind, courses: readonly RunCourse[], ends: readonly number[]): RunAxis[] {
  const flopScale = flopUnit(largest(courses.flatMap(({ flops }) => flops)))
  const places = courses.map((course) => placeOf(kind, course, flopScale.factor))
  const end = largest(places.map((place, i) => place(ends[i]!)))
  const name = {
    step: 'SFT step',
    tokens: 'SFT tokens',
    flops: `SFT compute (${flopScale.unit})`,
    epochs: 'epochs over the subset',
    share: 'SFT step over the step of the minimum',
  }[kind]
  return places.map((place) => ({ name, end: end > 0 ? end : 1, place }))
}

function placeOf(kind: AxisKind, course: RunCourse, flopFactor: number): (step: number) => number {
  const along = (values: readonly number[]) => (step: number) => interpolated(course.step, values, step)
  if (kind === 'tokens') return along(course.tokens)
  if (kind === 'flops') return along(course.flops.map((value) => value / flopFactor))
  if (kind === 'epochs' && course.epochs) return along(course.epochs)
  if (kind === 'share') return (step) => step / Math.max(1, course.minStep)
  return (step) => step
}

/** Straight between the points that are known, on in the last direction beyond them; from (0, 0) where step 0 is not known. */
export function interpolated(xs: readonly number[], ys: readonly number[], x: number): number {
  const [knownX, knownY] =
    xs[0] === 0
      ? [xs, ys]
      : [
          [0, ...xs],
          [0, ...ys],
        ]
  if (knownX.length < 2) return knownY[0] ?? 0
  const found = knownX.findIndex((at) => at >= x)
  const i = found < 0 ? knownX.length - 1 : Math.max(1, found)
  const [x0, x1, y0, y1] = [knownX[i - 1]!, knownX[i]!, knownY[i - 1]!, knownY[i]!]
  return x1 === x0 ? y1 : y0 + ((y1 - y0) * (x - x0)) / (x1 - x0)
}
