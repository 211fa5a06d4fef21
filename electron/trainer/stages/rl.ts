/**
 * RL with a verifier: rollouts, verdicts, advantages, updates. One step is one batch of rollouts with its updates. Old
 * log-probabilities are recomputed by the training graph where a batch gets more than one update; DAPO samples in rounds until
 * enough prompts are partly right.
 */
import type { DapoSettings } from '#shared/experiment/objectives.ts'
import type { RlStage } from '#shared/experiment/spec.ts'
import { addRound, noRounds, samplingDecision } from '../objectives/dynamic-sampling.ts'
import type { RolloutGroup } from '../objectives/update-row.ts'
import { DataOrder, type OrderState } from './data/data-order.ts'
import type { StageEvent } from './events.ts'
import type { StagePosition } from './position.ts'
import { policyGradientStep, type Collected } from './policy-gradient-step.ts'
import { rollOut, answersOf, type JudgedGroup } from './rollouts.ts'
import { streamSeed } from './seeds.ts'
import type { StageDeps } from './stage-deps.ts'
import { stageLoop } from './stage-loop.ts'

export function rl(stage: RlStage, deps: StageDeps, from: StagePosition): AsyncGenerator<StageEvent> {
  const { budget, evaluation, checkpoints } = stage
  const order = new DataOrder(deps.data.train.length)
  const collect = (at: StagePosition) => samplesFor(stage, deps, order, at)
  const step = policyGradientStep(stage, deps, order, collect)
  return stageLoop({ budget, evaluation, checkpoints, keepsStart: deps.reference !== undefined, step }, deps, from)
}

async function* samplesFor(
  stage: RlStage,
  deps: StageDeps,
  order: DataOrder,
  at: StagePosition,
): AsyncGenerator<StageEvent, Collected> {
  const { objective } = stage
  if (objective.type === 'dapo' && objective.dynamicSampling.enabled)
    return yield* inRounds(stage, objective.dynamicSampling, deps, order, at)
  const round = yield* oneRound(stage, deps, order, at, at.order, stage.prompts)
  return { kind: 'collected', groups: round.groups, order: round.next, generated: answersOf(round.groups), values: {} }
}

async function* oneRound(
  stage: RlStage,
  deps: StageDeps,
  order: DataOrder,
  at: StagePosition,
  from: OrderState,
  prompts: number,
) {
  const drawn = order.draw(from, prompts)
  const asked = drawn.rows.map((row, i) => ({ row: deps.data.train[row]!, draw: drawn.draws[i]! }))
  const { answers, temperature, topP, topK } = stage
  const settings = { answers, temperature, topP, topK, seed: streamSeed(deps.seed, 'rollouts') }
  return { groups: yield* rollOut(deps, asked, settings, at), next: drawn.next }
}

/** Rounds of prompts until enough of them are partly right (objectives/dynamic-sampling.ts decides). */
async function* inRounds(
  stage: RlStage,
  settings: DapoSettings['dynamicSampling'],
  deps: StageDeps,
  order: DataOrder,
  at: StagePosition,
): AsyncGenerator<StageEvent, Collected> {
  let state = noRounds
  let next = at.order
  const all: JudgedGroup[] = []
  for (;;) {
    const decision = samplingDecision(state, stage.prompts, settings)
    if (decision.do === 'stop') return exhausted(decision.why)
    if (decision.do === 'train') break
    if (state.rounds > 0) yield { kind: 'pulse', at, activity: 'training', share: 0 }
    const round = yield* oneRound(stage, deps, order, at, next, decision.prompts)
    state = addRound(state, round.groups, stage.prompts)
    all.push(...round.groups)
    next = round.next
  }
  const kept = new Set<RolloutGroup>(state.kept)
  return {
    kind: 'collected',
    groups: all.filter((group) => kept.has(group)),
    order: next,
    generated: answersOf(all),
    values: { 'train/sampling_rounds': state.rounds, 'train/prompts_kept_share': kept.size / all.length },
  }
}

const exhausted = (why: string): Collected => ({
  kind: 'halted',
  facts: {
    code: 'input.empty',
    message: `${why.slice(0, why.indexOf('. ') + 1)} The run was stopped with its weights saved.`,
    input: 'stage.objective.dynamicSampling',
    remedy: why.slice(why.indexOf('. ') + 2),
  },
})
