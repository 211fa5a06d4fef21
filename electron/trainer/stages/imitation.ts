/**
 * The step that `pretrain` and `sft` share: a batch of documents, cross-entropy on their responses, one update. Each document is
 * seen once an epoch, in a fresh order; FLOPs are of the real lengths, padding not counted.
 */
import type { PretrainStage, SftStage } from '#shared/experiment/spec.ts'
import { mostPositions } from '#shared/experiment/presets.ts'
import { trainingFlops } from '#shared/flops/flops.ts'
import type { SftObjective } from '../objectives/sft.ts'
import { learningRateAt } from '../optimiser-schedule.ts'
import { expectedSteps } from './budget.ts'
import { DataOrder } from './data/data-order.ts'
import { inParts } from './data/length-parts.ts'
import { paddingShare, sequenceLength, tokenRows } from './data/token-rows.ts'
import { divergence } from './divergence.ts'
import { optimiserSettings } from './optimiser-settings.ts'
import type { StagePosition } from './position.ts'
import type { StageDeps } from './stage-deps.ts'
import type { StagePlan } from './stage-loop.ts'

export function imitationStep(
  stage: PretrainStage | SftStage,
  objective: SftObjective,
  deps: StageDeps,
): StagePlan['step'] {
  const { policy, task, data, shape } = deps
  const order = new DataOrder(data.train.length)
  const meanLength = data.train.reduce((sum, row) => sum + sequenceLength(row), 0) / data.train.length
  const horizon = expectedSteps(
    stage.budget,
    trainingFlops(shape, { count: stage.batch, tokens: stage.batch * meanLength }),
    deps.beforeFlops,
  )
  // eslint-disable-next-line require-yield -- one update is one call: there is no place to stop in it
  return async function* (at: StagePosition) {
    const drawn = order.draw(at.order, stage.batch)
    const documents = drawn.rows.map((row) => data.train[row]!)
    const rows = tokenRows(documents, task.tokenizer.pad)
    const parts = inParts(
      { ...rows, inputs: objective.inputs(documents, rows) },
      objective.graph.inputs,
      mostPositions(shape, rows.width),
    )
    const settings = optimiserSettings(stage, learningRateAt(stage, at.step, horizon))
    const result = await policy.train(objective.graph.key, parts, settings)
    const why = divergence(result, { crossEntropyVocab: shape.vocabSize })
    if (why) return { kind: 'diverged', why, rows: documents.map(({ id }) => id) }
    const tokens = documents.reduce((sum, document) => sum + sequenceLength(document), 0)
    const stepFlops = trainingFlops(shape, { count: documents.length, tokens })
    const next = {
      step: at.step + 1,
      flops: at.flops + stepFlops,
      stepFlops,
      tokens: at.tokens + tokens,
      order: drawn.next,
    }
    return {
      kind: 'stepped',
      at: { ...at, ...next },
      values: {
        'train/loss': result.loss,
        'train/grad_norm': result.gradNorm,
        'train/lr': settings.learningRate,
        'train/epoch': order.epochs(drawn.next),
        'train/padding_share': paddingShare(parts),
      },
    }
  }
}
