/**
 * Recipes of the lab task's sets: how long a chain is, which operators it draws, and how its solution is written. The four
 * named ones are the measured sets (docs/methods/lab-task.md); every field is a knob.
 */
import { Failure } from '#shared/contract/failure.ts'
import { operatorClasses } from '#tokenizers/lab.ts'
import { labModuli, labModulus } from './operators.ts'

export interface LabRecipe {
  /** Weight of each chain length: lengths[n] for n operators (index 0 unused). */
  readonly lengths: readonly number[]
  /** Probabilities of the operator's class; within a class all operators are equally likely. */
  readonly classes: { readonly common: number; readonly rare: number; readonly novel: number }
  /** How many of the eight novel operators are in use. */
  readonly novelOperators: number
  readonly modulus: number
  readonly writing: ExpertWriting | BaseWriting
}

/** Expert traces: every value right; a chunk covers two operators (a skipped step) with probability `skipShare`. */
export interface ExpertWriting {
  readonly by: 'expert'
  readonly skipShare: number
}

/** Base documents: one style a document, and wrong values in the two styles that show work. */
export interface BaseWriting {
  readonly by: 'base'
  /** Weights: step by step; chunks of two or three operators; the answer alone. */
  readonly styles: { readonly steps: number; readonly coarse: number; readonly answerOnly: number }
  /** Share of coarse chunks that cover two operators; the rest cover three. */
  readonly pairShare: number
  /** Probability that a value is replaced by a random number, from which the chain then goes on. */
  readonly errorRate: number
}

export type LabSetName = 'easy' | 'uniform' | 'hard' | 'base'

/** Longest chain: it fixes the task's longest prompt and response. */
export const maxOperators = 7

const evenly = (from: number, to: number) =>
  Array.from({ length: maxOperators + 1 }, (_, n) => (n >= from && n <= to ? 1 : 0))
const expert = { novelOperators: 8, modulus: labModulus, writing: { by: 'expert', skipShare: 0.25 } } as const

export const labRecipes: Readonly<Record<LabSetName, LabRecipe>> = {
  easy: { ...expert, lengths: evenly(2, 4), classes: { common: 0.7, rare: 0.2, novel: 0.1 } },
  uniform: { ...expert, lengths: evenly(2, 7), classes: { common: 0.5, rare: 0.25, novel: 0.25 } },
  hard: { ...expert, lengths: evenly(5, 7), classes: { common: 0.3, rare: 0.3, novel: 0.4 } },
  base: {
    lengths: [0, 2, 2, 2, 1, 0.5, 0.5, 0.5],
    classes: { common: 0.88, rare: 0.11, novel: 0.01 },
    novelOperators: 8,
    modulus: labModulus,
    writing: {
      by: 'base',
      styles: { steps: 0.55, coarse: 0.3, answerOnly: 0.15 },
      pairShare: 0.6,
      errorRate: 0.1,
    },
  },
}

/** Throws `input.invalid`, naming the knob, when a recipe cannot make a row. */
export function checkRecipe(recipe: LabRecipe): void {
  const refuse = (knob: string, problem: string, remedy: string): never => {
    throw new Failure({
      code: 'input.invalid',
      message: `The lab recipe's ${knob} ${problem}.`,
      input: `lab recipe, "${knob}"`,
      remedy,
    })
  }
  const { lengths, classes, novelOperators, modulus, writing } = recipe
  const usable = (weights: readonly number[]) => weights.every((w) => w >= 0) && weights.some((w) => w > 0)
  if (!usable(lengths.slice(1)) || lengths.length > maxOperators + 1 || (lengths[0] ?? 0) !== 0)
    refuse('lengths', `must weigh chains of 1 to ${maxOperators} operators`, 'Give at least one positive weight.')
  if (!usable([classes.common, classes.rare, classes.novel]))
    refuse('classes', 'must be non-negative with one positive', 'Give class probabilities such as 0.5, 0.25, 0.25.')
  if (!Number.isInteger(novelOperators) || novelOperators < 0 || novelOperators > operatorClasses.novel.length)
    refuse('novelOperators', 'must be an integer from 0 to 8', 'Choose how many novel operators are in use.')
  if (novelOperators === 0 && classes.novel > 0)
    refuse('novelOperators', 'is 0 though the novel class has weight', 'Set classes.novel to 0 as well.')
  if (!(labModuli as readonly number[]).includes(modulus))
    refuse('modulus', `is ${modulus}`, `Choose one of ${labModuli.join(', ')}.`)
  const isShare = (x: number) => x >= 0 && x <= 1
  if (writing.by === 'expert' && !isShare(writing.skipShare))
    refuse('skipShare', 'must lie in 0..1', 'Choose the share of skipped steps.')
  if (writing.by === 'base') {
    const { steps, coarse, answerOnly } = writing.styles
    if (!usable([steps, coarse, answerOnly])) refuse('styles', 'must have a positive weight', 'Weigh the three styles.')
    if (!isShare(writing.errorRate) || !isShare(writing.pairShare))
      refuse('errorRate', 'and pairShare must lie in 0..1', 'Choose shares.')
  }
}
