/**
 * SFT and RL at once: rollouts and verified expert answers of the same prompts in one update.
 *   luffy, srft   answers - expertRows rollouts + expertRows expert rows a prompt
 *   upt           `answers` rollouts; the expert answer stands by for prompts whose wins do not pass the gate
 *   prefix-rft    answers - hybridRows rollouts + hybridRows that go on from a prefix of the expert answer
 * Experts are the rows' own trajectories; those that the verifier calls wrong were left out when the data was read.
 */
import type { SynchronizedStage } from '#shared/experiment/spec.ts'
import type { ExpertAnswer } from '../objectives/update-row.ts'
import { drawPrefixLength } from '../objectives/prefix-length.ts'
import { DataOrder, type Drawn } from './data/data-order.ts'
import type { TokenRow } from './data/run-data.ts'
import type { StageEvent } from './events.ts'
import { policyGradientStep, progressAt, type Collected } from './policy-gradient-step.ts'
import type { StagePosition } from './position.ts'
import { answersOf, rollOut, sequencesOf, type JudgedGroup, type RolloutPrompt } from './rollouts.ts'
import { streamSeed } from './seeds.ts'
import type { StageDeps } from './stage-deps.ts'
import { stageLoop } from './stage-loop.ts'

export function synchronized(
  stage: SynchronizedStage,
  deps: StageDeps,
  from: StagePosition,
): AsyncGenerator<StageEvent> {
  const { budget, evaluation, checkpoints } = stage
  const order = new DataOrder(deps.data.train.length)
  const step = policyGradientStep(stage, deps, order, (at) => collect(stage, deps, order, at))
  return stageLoop({ budget, evaluation, checkpoints, keepsStart: false, step }, deps, from)
}

async function* collect(
  stage: SynchronizedStage,
  deps: StageDeps,
  order: DataOrder,
  at: StagePosition,
): AsyncGenerator<StageEvent, Collected> {
  const { objective } = stage
  const drawn = drawPresent(order, at, stage.prompts, deps.data.train.length)
  if (!drawn) return everyPromptRetired(stage)
  const prompts = drawn.rows.map((row, i) => ({ row: deps.data.train[row]!, draw: drawn.draws[i]! }))
  const { temperature, topP, topK } = stage
  const sampling = { temperature, topP, topK, seed: streamSeed(deps.seed, 'rollouts') }
  const plain = stage.answers - reservedRows(stage)
  let groups = yield* rollOut(deps, prompts, { ...sampling, answers: plain }, at)
  if (objective.type === 'prefix-rft') groups = yield* withHybrids(stage, deps, prompts, groups, at)
  else {
    const count = objective.type === 'luffy' || objective.type === 'srft' ? objective.expertRows : 1
    const recorded = objective.type === 'luffy' && objective.behaviour === 'recorded'
    groups = groups.map((group) => ({
      ...group,
      experts: Array.from({ length: count }, () => expertOf(group.row, deps, recorded)),
    }))
  }
  const retired = retiredAfter(stage, at, drawn, groups)
  const generated = answersOf(groups)
  return {
    kind: 'collected',
    groups,
    order: drawn.next,
    generated,
    values: {},
    ...charged(stage, groups),
    ...(retired && { retired }),
  }
}

/** Eq. 26: LUFFY's and SRFT's experts are charged a generation pass too. */
function charged(
  { objective }: SynchronizedStage,
  groups: readonly JudgedGroup[],
): Pick<Extract<Collected, { kind: 'collected' }>, 'charged'> {
  if (objective.type !== 'luffy' && objective.type !== 'srft') return {}
  return {
    charged: sequencesOf(
      groups.flatMap(({ promptTokens, experts = [] }) =>
        experts.map(({ responseTokens }) => ({ promptTokens, responseTokens })),
      ),
    ),
  }
}

/** Rows of each group that are not plain rollouts. */
function reservedRows({ objective }: SynchronizedStage): number {
  if (objective.type === 'luffy' || objective.type === 'srft') return objective.expertRows
  return objective.type === 'prefix-rft' ? objective.hybridRows : 0
}

const expertOf = (
  { responseTokens, prompt, trajectory }: TokenRow,
  { task }: StageDeps,
  recorded: boolean,
): ExpertAnswer => ({
  responseTokens: responseTokens.slice(), // an array of its own: rows are told apart by it
  correct: true,
  reward: 1,
  ...(recorded && task.behaviourLogp && { behaviourLogp: task.behaviourLogp(prompt, trajectory) }),
})

/** Adds answers that go on from a prefix of the expert's. Their prefix lengths and their noise are keyed by the draw. */
async function* withHybrids(
  stage: SynchronizedStage,
  deps: StageDeps,
  prompts: readonly RolloutPrompt[],
  groups: readonly JudgedGroup[],
  at: StagePosition,
): AsyncGenerator<StageEvent, JudgedGroup[]> {
  if (stage.objective.type !== 'prefix-rft') return [...groups]
  const settings = stage.objective
  const { temperature, topP, topK } = stage
  let whole = [...groups]
  for (let hybrid = 0; hybrid < settings.hybridRows; hybrid++) {
    yield { kind: 'pulse', at, activity: 'training', share: 0 }
    const progress = progressAt(stage, at, deps)
    const prefixed = prompts.map((prompt) => {
      const key = { seed: streamSeed(deps.seed, 'prefix'), promptId: prompt.draw, row: hybrid }
      const length = drawPrefixLength(key, prompt.row.responseTokens.length, progress, settings.prefix)
      return { ...prompt, prefix: prompt.row.responseTokens.slice(0, length) }
    })
    const seed = streamSeed(deps.seed, 'prefix', hybrid)
    const hybrids = yield* rollOut(deps, prefixed, { temperature, topP, topK, seed, answers: 1 }, at)
    whole = whole.map((group, g) => ({ ...group, answers: [...group.answers, ...hybrids[g]!.answers] }))
  }
  return whole
}

/** The next rows that are not retired; null when none is left. */
function drawPresent(order: DataOrder, at: StagePosition, count: number, rows: number): Drawn | null {
  const retired = new Set(at.retired)
  if (retired.size === 0) return order.draw(at.order, count)
  if (retired.size >= rows) return null
  const drawn = { rows: [] as number[], draws: [] as number[], next: at.order }
  while (drawn.rows.length < count) {
    const one = order.draw(drawn.next, 1)
    drawn.next = one.next
    if (retired.has(one.rows[0]!)) continue
    drawn.rows.push(one.rows[0]!)
    drawn.draws.push(one.draws[0]!)
  }
  return drawn
}

/** UPT's `removeAfterSft`: prompts routed to SFT in this step join the retired ones. */
function retiredAfter(
  { objective }: SynchronizedStage,
  at: StagePosition,
  drawn: Drawn,
  groups: readonly JudgedGroup[],
): number[] | undefined {
  if (objective.type !== 'upt' || !objective.removeAfterSft) return undefined
  const routed = drawn.rows.filter(
    (_, g) => groups[g]!.answers.filter(({ correct }) => correct).length <= objective.gate,
  )
  return [...new Set([...(at.retired ?? []), ...routed])].sort((a, b) => a - b)
}

const everyPromptRetired = ({ prompts }: SynchronizedStage): Collected => ({
  kind: 'halted',
  facts: {
    code: 'input.empty',
    message: `Every prompt has been routed to SFT once; none is left to draw the next ${prompts} from. The run was stopped with its weights saved.`,
    input: 'stage.objective.removeAfterSft',
    remedy: 'Turn removeAfterSft off, or give the stage more prompts.',
  },
})
