/**
 * From judged groups to updated weights: rows with advantages, old and reference log-probabilities, k mini-batches, one optimiser
 * step each. What `rl` and `synchronized` share.
 */
import { mostPositions } from '#shared/experiment/presets.ts'
import type { Objective, Progress } from '../objectives/objective.ts'
import { responseScores, type RolloutGroup, type UpdateRow } from '../objectives/update-row.ts'
import type { OptimiserSettings, Policy, TrainResult } from '../policy.ts'
import { inParts } from './data/length-parts.ts'
import { paddingShare, pieces, tokenRows, widthOf } from './data/token-rows.ts'
import { divergence } from './divergence.ts'
import type { StageDeps } from './stage-deps.ts'

export interface UpdatePlan {
  readonly objective: Objective
  /** Optimiser steps on these groups: mini-batches of whole groups. */
  readonly updates: number
  readonly temperature: number
  readonly settings: OptimiserSettings
  /** Updates whose gradient norm before clipping is above this are skipped. */
  readonly skipAbove: number | null
  readonly progress: Progress
  /** Its loss is a sum over tokens, so a mini-batch may be computed in parts. */
  readonly splits: boolean
}

export type Updated =
  | { readonly kind: 'updated'; readonly rows: readonly UpdateRow[]; readonly values: Readonly<Record<string, number>> }
  | { readonly kind: 'diverged'; readonly why: string; readonly rows: readonly UpdateRow[] }

/** Rows scored at a time. */
const rowsAtATime = 256

export async function update(groups: readonly RolloutGroup[], plan: UpdatePlan, deps: StageDeps): Promise<Updated> {
  const { objective, progress, updates } = plan
  const prepared = objective.prepare(groups, progress)
  const rows = await scored(prepared.rows, plan, deps)
  const results: TrainResult[] = []
  const padding: number[] = []
  for (const batch of miniBatches(groups, rows, updates)) {
    if (batch.length === 0) continue // every group of it was left out
    const layout = tokenRows(batch, deps.task.tokenizer.pad)
    const settings = { ...plan.settings, ...(plan.skipAbove !== null && { skipAbove: plan.skipAbove }) }
    const whole = { ...layout, inputs: objective.inputs(batch, layout, progress) }
    const parts = plan.splits
      ? inParts(whole, objective.graph.inputs, mostPositions(deps.shape, layout.width))
      : [whole]
    const result = await deps.policy.train(objective.graph.key, parts, settings)
    const why = divergence(result, { skipAbove: plan.skipAbove })
    if (why) return { kind: 'diverged', why, rows: batch }
    results.push(result)
    padding.push(paddingShare(parts))
  }
  return { kind: 'updated', rows, values: updateMetrics(prepared.metrics, results, padding) }
}

/** Log-probabilities that the rows carry into every update of this batch. Expert rows are scored like the others. */
async function scored(
  rows: readonly UpdateRow[],
  { updates, temperature }: UpdatePlan,
  deps: StageDeps,
): Promise<readonly UpdateRow[]> {
  const old = updates > 1 ? await scores(deps.policy, rows, temperature, deps) : undefined
  const reference = deps.reference ? await scores(deps.reference, rows, temperature, deps) : undefined
  if (!old && !reference) return rows
  return rows.map((row, i) => ({
    ...row,
    ...(old && { logpOld: old[i] }),
    ...(reference && { logpRef: reference[i] }),
  }))
}

async function scores(
  policy: Policy,
  rows: readonly UpdateRow[],
  temperature: number,
  { task, shape }: StageDeps,
): Promise<Float32Array[]> {
  const out: Float32Array[] = []
  for (const part of pieces(rows, rowsAtATime, mostPositions(shape, widthOf(rows)))) {
    const batch = tokenRows(part, task.tokenizer.pad)
    out.push(...responseScores(part, await policy.score(batch, temperature), batch.width))
  }
  return out
}

/** The rows of `count` runs of whole groups. A group's rows are known by its prompt's own array (the stage gives each group one). */
function miniBatches(groups: readonly RolloutGroup[], rows: readonly UpdateRow[], count: number): UpdateRow[][] {
  const size = Math.ceil(groups.length / count)
  const batchOf = new Map(groups.map(({ promptTokens }, g) => [promptTokens, Math.floor(g / size)]))
  const batches: UpdateRow[][] = Array.from({ length: count }, () => [])
  for (const row of rows) batches[batchOf.get(row.promptTokens)!]!.push(row)
  return batches
}

/** Of the groups, and means over the step's updates. No update: nothing to say of the loss. */
function updateMetrics(
  ofGroups: Readonly<Record<string, number>>,
  results: readonly TrainResult[],
  padding: readonly number[],
): Record<string, number> {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const named = (metrics: Readonly<Record<string, number>>) =>
    Object.entries(metrics).map(([key, value]) => [`train/${key}`, value] as const)
  if (results.length === 0) return Object.fromEntries(named(ofGroups))
  const skipped = results.filter(({ applied }) => !applied).length
  const ofUpdates = Object.keys(results[0]!.metrics).map(
    (key) => [key, mean(results.map(({ metrics }) => metrics[key]!))] as const,
  )
  return {
    ...Object.fromEntries(named(ofGroups)),
    ...Object.fromEntries(named(Object.fromEntries(ofUpdates))),
    'train/loss': mean(results.map(({ loss }) => loss)),
    'train/grad_norm': mean(results.map(({ gradNorm }) => gradNorm)),
    'train/padding_share': mean(padding),
    ...(skipped > 0 && { 'train/skipped_updates': skipped }),
  }
}
