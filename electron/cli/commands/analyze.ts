/** `analyze FILE`: curves of any origin in, ceilings out (docs/commands.md). */
import { InvalidArgumentError, type Command } from 'commander'
import { ceilingWords, openInterval, plasticityWords, verdictWords } from '#shared/analysis/ceiling-words.ts'
import { mean, median } from '#shared/analysis/order-statistics.ts'
import type { AnalyzeDocument, BranchAnalysis, DatasetAnalysis, Statistic } from '#shared/analysis/types.ts'
import { analyzeFile } from '../../engine/analysis/analyze-file.ts'
import type { Cli } from '../cli.ts'
import { usersPath } from '../places.ts'
import { table } from '../tables.ts'

export function addAnalyzeCommand(program: Command, cli: Cli): void {
  program
    .command('analyze <file>')
    .description('the ceilings of recorded curves (JSON or CSV): P_sft + PL_rl, how sure they are, and forecasts')
    .option('--holdout <share>', 'fit on this share of the compute of each branch and forecast the rest', shareOf)
    .option('--metric <name>', 'a benchmark of the file, or easy, medium, hard', 'overall')
    .action(
      cli.action(
        async ({ output, signal }, file: string, { holdout, metric }: { holdout?: number; metric: string }) => {
          const progress = output.progress()
          const { document } = await analyzeFile(usersPath(file), {
            ...{ metric, holdout: holdout ?? null, signal },
            onProgress: (done, total) =>
              progress.update({
                ...{ label: 'analysing', share: done / total, secondsLeft: null },
                detail: `${done} of ${total} branches`,
              }),
          }).finally(() => progress.end())
          output.result(document, () => words(document))
        },
      ),
    )
}

/** More than nothing, less than everything: at either end there is nothing to fit or nothing to forecast. */
function shareOf(text: string): number {
  const share = Number(text)
  if (text.trim() !== '' && share > 0 && share < 1) return share
  throw new InvalidArgumentError('It must be a share between 0 and 1, for example 0.7.')
}

const words = (document: AnalyzeDocument): string =>
  [
    branchTable(document.branches),
    ...remarks(document.branches),
    ...(document.branches.some(({ holdout }) => holdout) ? [holdoutWords(document.branches)] : []),
    datasetTable(document.datasets),
    ...leftOutWords(document.datasets),
    ...(document.statistics.length > 0 ? [document.statistics.map(statisticWords).join('\n')] : []),
  ].join('\n\n')

const branchTable = (branches: readonly BranchAnalysis[]): string =>
  table(
    ['branch', 'n', 'noise', 'P_sft', 'PL_rl', 'A_post [80 %]', '90 % profile of A', 'verdict'],
    branches.map((branch) => [
      branch.id,
      branch.n,
      branch.noiseSd === null ? null : branch.noiseSd.toFixed(2),
      branch.pSft.toFixed(1),
      plasticityWords(branch, branch.pSft),
      ceilingWords(branch),
      openInterval(branch.profile90),
      verdictWords[branch.verdict],
    ]),
    'No branch.',
  )

/** Collapses, broken evaluations and jumps: what was done to the points, said. */
function remarks(branches: readonly BranchAnalysis[]): string[] {
  const lines = branches.flatMap(({ id, collapse, broken, params }) => [
    ...(collapse ? [`${id}: collapses at ${collapse.from}; that evaluation and all after it are excluded`] : []),
    ...(broken.length > 0 ? [`${id}: broken evaluation at ${broken.join(', ')}, excluded`] : []),
    ...(params && params.eps > 0 ? [`${id}: RL begins with a jump of ${params.eps.toFixed(1)} points`] : []),
  ])
  return lines.length > 0 ? [lines.join('\n')] : []
}

function holdoutWords(branches: readonly BranchAnalysis[]): string {
  const scored = branches.flatMap(({ holdout }) => holdout?.points.filter(({ excluded }) => excluded === null) ?? [])
  const covered = scored.map(({ actual, lo, hi }) => (actual >= lo && actual <= hi ? 1 : 0))
  const errors = branches.flatMap(({ holdout }) => holdout?.rmse ?? [])
  const rows = branches.map(({ id, holdout, rmseTrain }) => [
    id,
    holdout!.cutCompute.toPrecision(4),
    rmseTrain.toFixed(2),
    holdout!.rmse === null ? null : holdout!.rmse.toFixed(2),
    holdout!.points.length,
    holdout!.points.filter(({ excluded }) => excluded !== null).length,
  ])
  const summary =
    scored.length === 0
      ? 'Nothing was left to forecast.'
      : `forecasts: median RMSE ${median(errors).toFixed(2)} points over ${errors.length} branches; 80 % intervals hold ${Math.round(100 * mean(covered))} % of ${scored.length} evaluations`
  return `${table(['branch', 'cut at', 'RMSE fitted', 'RMSE forecast', 'held', 'of these excluded'], rows, '')}\n${summary}`
}

const datasetTable = (datasets: readonly DatasetAnalysis[]): string =>
  table(
    ['data', 'best branch', 'its A_post', 'mean P_sft', 'mean PL_rl', 'mean A_post', 'min val loss'],
    datasets.map(({ id, best, means, minValLoss }) => [
      id,
      best?.branch ?? null,
      best?.aPost.toFixed(1) ?? null,
      means?.pSft.toFixed(1) ?? null,
      means?.plRl.toFixed(1) ?? null,
      means?.aPost.toFixed(1) ?? null,
      minValLoss,
    ]),
    'No data set.',
  )

/** Branches that count towards no data set's best and means. */
function leftOutWords(datasets: readonly DatasetAnalysis[]): string[] {
  const lines = datasets.flatMap(({ leftOut }) => leftOut.map(({ id, why }) => `  ${id}: ${why}`))
  return lines.length > 0 ? [['left out of best and means:', ...lines].join('\n')] : []
}

function statisticWords({ name, estimate, lo, hi, level, p, n }: Statistic): string {
  const interval = lo === null || hi === null ? '' : ` [${lo.toFixed(2)}, ${hi.toFixed(2)}] (${100 * level} %)`
  return `${name}: ${estimate.toFixed(2)}${interval}${p === null ? '' : `, p = ${p.toFixed(3)}`}, n = ${n}`
}
