/** Runs that this experiment can be held against: same model and seed, another family, ended or on their way. Pure. */
import type { RunSummary } from '#shared/contract/runs.ts'
import { modelName } from '#shared/experiment/model-name.ts'
import { paradigmOf } from '#shared/experiment/paradigm.ts'
import type { ExperimentSpec } from '#shared/experiment/spec.ts'

export function comparableRuns(
  spec: Pick<ExperimentSpec, 'model' | 'seed' | 'stages'>,
  runs: readonly RunSummary[],
): readonly RunSummary[] {
  const kinds = spec.stages.map(({ kind }) => kind)
  const last = spec.stages.at(-1)
  if (!last || last.kind === 'pretrain') return []
  const paradigm = paradigmOf(last.kind, kinds.slice(0, -1).reverse())
  const objective = last.objective.type
  return runs
    .filter(
      (run) =>
        run.model === modelName(spec.model) &&
        run.seed === spec.seed &&
        run.paradigm !== 'pretrain' &&
        run.state !== 'failed',
    )
    .filter((run) => run.paradigm !== paradigm || run.objective !== objective)
    .sort((a, b) => b.createdAt - a.createdAt)
}
