/** Which checkpoints of an SFT run a search tries, and how far each branch is to go. Pure. */
import { switchRecommendation } from '#shared/analysis/recommend.ts'
import { classifyRegimes } from '#shared/analysis/regimes.ts'
import type { Regime } from '#shared/analysis/types.ts'
import { Failure } from '#shared/contract/failure.ts'
import { formatFlops } from '#shared/flops/units.ts'

export interface SftFacts {
  readonly id: string
  readonly name: string
  /** SFT FLOPs at each; `step` rises. */
  readonly checkpoints: readonly { readonly step: number; readonly flops: number }[]
  readonly validation: readonly { readonly step: number; readonly loss: number }[]
}

export interface ChosenCheckpoint {
  readonly step: number
  readonly regime: Regime | null
  readonly sftFlops: number
}

/**
 * The steps asked for, or `count` of them: one a regime first, then those that fill the widest gap in ln(SFT FLOPs).
 * Throws `checkpoint.missing` for a step without a checkpoint, `input.empty` where there are not two to choose from.
 */
export function chooseCandidates(
  sft: SftFacts,
  wanted: { readonly count: number; readonly steps?: readonly number[] },
): ChosenCheckpoint[] {
  const { checkpoints, validation } = sft
  const regimes = validation.length > 0 ? classifyRegimes(validation) : null
  const shown = (step: number): ChosenCheckpoint => ({
    step,
    regime: regimes?.points.find((point) => point.step === step)?.regime ?? null,
    sftFlops: checkpoints.find((each) => each.step === step)!.flops,
  })
  if (wanted.steps) {
    const steps = [...new Set(wanted.steps)].sort((a, b) => a - b)
    const missing = steps.find((step) => !checkpoints.some((each) => each.step === step))
    if (missing !== undefined) throw noCheckpoint(sft, missing)
    if (steps.length < 2) throw tooFew(sft)
    return steps.map(shown)
  }
  const usable = checkpoints.filter(({ step }) => step > 0)
  if (usable.length < 2) throw tooFew(sft)
  const sweep = regimes
    ? switchRecommendation(regimes, [], { checkpoints: usable.map(({ step }) => step) }).sweep.map(({ step }) => step)
    : []
  // A first pick where no regime is known: the last checkpoint.
  const picked = new Set(sweep.length > 0 ? sweep.slice(0, wanted.count) : [usable.at(-1)!.step])
  while (picked.size < Math.min(wanted.count, usable.length)) {
    const places = usable.filter(({ step }) => picked.has(step)).map(({ flops }) => Math.log(flops))
    const gap = (flops: number) => Math.min(...places.map((place) => Math.abs(Math.log(flops) - place)))
    const next = usable
      .filter(({ step }) => !picked.has(step))
      .reduce((best, each) => (gap(each.flops) > gap(best.flops) ? each : best))
    picked.add(next.step)
  }
  return [...picked].sort((a, b) => a - b).map(shown)
}

/** Throws `input.invalid` where a candidate would have no RL left at the target. */
export function checkTarget(candidates: readonly ChosenCheckpoint[], before: number, target: number): void {
  const last = candidates.at(-1)!
  const spent = before + last.sftFlops
  if (target > spent * 1.001) return
  throw new Failure({
    code: 'input.invalid',
    message: `At ${formatFlops(target)} in all nothing is left for RL after step ${last.step}, which took ${formatFlops(spent)}.`,
    input: 'target',
    remedy: `Set the target above ${formatFlops(spent)}, or leave the latest checkpoints out.`,
  })
}

const tooFew = ({ id, name, checkpoints }: SftFacts) =>
  new Failure({
    code: 'input.empty',
    message: `${name} has ${checkpoints.length === 1 ? 'one checkpoint' : `${checkpoints.length} checkpoints`} to switch from: there is nothing to choose.`,
    input: id,
    remedy: 'Let it run until it has kept two after step 0, or name two.',
  })

const noCheckpoint = ({ id, name, checkpoints }: SftFacts, step: number) =>
  new Failure({
    code: 'checkpoint.missing',
    message: `${name} has no checkpoint at step ${step}.`,
    input: `${id}, step ${step}`,
    remedy: `It has ${checkpoints.map((each) => each.step).join(', ')}.`,
  })
