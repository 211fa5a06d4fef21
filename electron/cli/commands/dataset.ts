/** `dataset import | export | list`, `subset create`. */
import { readFileSync } from 'node:fs'
import { Option, type Command } from 'commander'
import { parse } from 'yaml'
import * as z from 'zod'
import { SubsetRecipe, type ColumnMapping, type Job } from '#shared/contract/datasets.ts'
import { Failure } from '#shared/contract/failure.ts'
import { benchmarkIds, type BenchmarkId } from '#shared/experiment/benchmark-names.ts'
import { formatBytes } from '#shared/flops/units.ts'
import type { EngineCalls } from '../../engine/entry/client.ts'
import type { Cli, CommandRun } from '../cli.ts'
import { follow } from '../follow.ts'
import { usersPath, workspacePath } from '../places.ts'
import { withEngine } from '../session.ts'
import { table } from '../tables.ts'

interface ImportOptions {
  readonly name?: string
  readonly prompt?: string
  readonly trajectory?: string
  readonly answer?: string
  readonly source?: string
  readonly score?: string[]
  readonly benchmark?: BenchmarkId
}

export function addDatasetCommands(program: Command, cli: Cli): void {
  const dataset = program.command('dataset').description('expert trajectories')
  dataset
    .command('import <path>')
    .description(
      'reads trajectories (JSONL, JSON, CSV, Parquet) into the workspace; bad rows are reported by line and left out',
    )
    .option('--name <name>', "default: the file's")
    .option('--prompt <column>', 'columns by name or dotted path; without them the mapping is guessed')
    .option('--trajectory <column>')
    .option('--answer <column>')
    .option('--source <column>')
    .option('--score <column...>', 'difficulty columns')
    .addOption(
      new Option(
        '--benchmark <name>',
        "the file is this benchmark's: rows, answers and verifier as it has them",
      ).choices(benchmarkIds),
    )
    .action(cli.action((run, path: string, options: ImportOptions) => importDataset(run, usersPath(path), options)))

  dataset
    .command('export <id>')
    .description('writes a dataset or a subset as JSONL')
    .option('--out <file>', "default: a file in the workspace's exports folder")
    .action(
      cli.action(({ output, options }, id: string, { out }: { out?: string }) =>
        withEngine(workspacePath(options.workspace), async ({ calls }) => {
          const request = { id, path: out === undefined ? null : usersPath(out) }
          const written = id.startsWith('sub_')
            ? await calls.subsets.export(request)
            : await calls.datasets.export(request)
          output.result(written, () => `${written.rows} rows in ${written.path}`)
        }),
      ),
    )

  dataset
    .command('list')
    .description('the datasets of the workspace')
    .action(
      cli.action(({ output, options }) =>
        withEngine(workspacePath(options.workspace), async ({ calls }) => {
          const { datasets } = await calls.datasets.list({})
          output.result({ datasets }, () =>
            table(
              ['id', 'name', 'version', 'task', 'rows', 'rejected', 'size'],
              datasets.map((each) => [
                each.id,
                each.name,
                each.version,
                each.task,
                each.rows,
                each.rejected,
                formatBytes(each.bytes),
              ]),
              'No datasets yet. Import one with: dataset import PATH',
            ),
          )
        }),
      ),
    )

  const subset = program.command('subset').description('subsets drawn from datasets')
  subset
    .command('create <recipe.yaml>')
    .description('draws a subset by a recipe: dataset, scorer, filters, strategy, count, seed, split')
    .action(
      cli.action(({ output, options }, path: string) =>
        withEngine(workspacePath(options.workspace), async ({ calls }) => {
          const subset = await calls.subsets.create({ recipe: readRecipe(usersPath(path)) })
          const { train, validation, test } = subset.splits
          output.result(
            subset,
            () =>
              `${subset.id}  ${subset.name} v${subset.version}: ${subset.rows} rows (${train} train, ${validation} validation, ${test} test)`,
          )
        }),
      ),
    )
}

async function importDataset(run: CommandRun, path: string, options: ImportOptions): Promise<number> {
  return withEngine(workspacePath(run.options.workspace), async ({ calls }) => {
    const mapping = await mappingOf(calls, path, options)
    const { job } = await calls.datasets.import({
      path,
      ...(options.name && { name: options.name }),
      ...(mapping && { mapping }),
      ...(options.benchmark && { benchmark: options.benchmark }),
    })
    const ended = await finished(run, calls, job)
    const { datasets } = await calls.datasets.list({})
    const dataset = datasets.find((each) => each.id === ended.result)
    if (!dataset)
      throw new Failure({ code: 'dataset.not_found', message: 'The dataset was removed meanwhile.', input: path })
    const { id, name, version, rows, prompts, rejected, rejections } = dataset
    run.output.result(
      {
        dataset: id,
        name,
        version,
        rows,
        prompts,
        rejected: rejections,
        rejectedRows: rejected,
        scorers: dataset.scorers,
      },
      () =>
        [
          `${id}  ${name} v${version}: ${rows} rows, ${prompts} prompts, ${rejected} rejected`,
          ...rejections.slice(0, 20).map(({ file, line, reason }) => `  ${file}:${line}: ${reason}`),
          ...(rejected > 20 ? [`  and ${rejected - 20} more; --json lists the first 1,000`] : []),
        ].join('\n'),
    )
    return 0
  })
}

/** What the options say, over what the file looks like; undefined: the engine guesses. */
async function mappingOf(calls: EngineCalls, path: string, options: ImportOptions): Promise<ColumnMapping | undefined> {
  const { prompt, trajectory, answer, source, score, benchmark } = options
  if (benchmark !== undefined) {
    if ([prompt, trajectory, answer, source, score].some((each) => each !== undefined))
      throw new Failure({
        code: 'input.invalid',
        message: 'A benchmark says itself where its questions and answers stand.',
        input: `--benchmark ${benchmark}`,
        remedy: 'Leave --benchmark out, or the columns.',
      })
    return undefined
  }
  if ([prompt, trajectory, answer, source, score].every((each) => each === undefined)) return undefined
  const { guess } = await calls.datasets.inspect({ path })
  const mapping = {
    ...guess,
    ...(prompt && { prompt }),
    ...(trajectory && { trajectory }),
    ...(answer && { answer }),
    ...(source && { source }),
  }
  if (!mapping.prompt || !mapping.trajectory) {
    throw new Failure({
      code: 'input.invalid',
      message: 'It cannot be told which columns hold prompt and trajectory.',
      input: path,
      remedy: 'Name both: --prompt COLUMN --trajectory COLUMN.',
    })
  }
  return { ...mapping, prompt: mapping.prompt, trajectory: mapping.trajectory, scores: score ?? guess.scores ?? [] }
}

async function finished({ output, signal }: CommandRun, calls: EngineCalls, id: string): Promise<Job> {
  const progress = output.progress()
  const ended = await follow(signal, async () => {
    const { jobs } = await calls.jobs.list({})
    const job = jobs.find((each) => each.id === id)
    if (!job)
      throw new Failure({ code: 'engine.stopped', message: 'The engine ended before the work was done.', input: id })
    if (job.state !== 'running') return job
    const rate = job.rate === null ? '' : `${Math.round(job.rate).toLocaleString('en-US')} ${job.unit}/s`
    progress.update({
      label: job.label,
      share: job.total ? job.done / job.total : null,
      secondsLeft: job.secondsLeft,
      detail: rate,
    })
    return undefined
  })
  progress.end()
  if (ended === null) {
    await calls.jobs.cancel({ id })
    throw new Failure({ code: 'cancelled', message: 'Cancelled; nothing was kept.' })
  }
  if (ended.state === 'cancelled') throw new Failure({ code: 'cancelled', message: `${ended.label}: cancelled.` })
  if (ended.error) throw new Failure(ended.error as ConstructorParameters<typeof Failure>[0])
  return ended
}

function readRecipe(path: string): SubsetRecipe {
  let value: unknown
  try {
    value = parse(readFileSync(path, 'utf8'), { maxAliasCount: 50 })
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    throw new Failure(
      {
        code: isMissing ? 'file.missing' : 'input.invalid',
        message: isMissing ? 'There is no such recipe.' : `The recipe is no YAML: ${(cause as Error).message}`,
        input: path,
        remedy: 'docs/commands.md describes a recipe.',
      },
      { cause },
    )
  }
  const recipe = SubsetRecipe.safeParse(value)
  if (recipe.success) return recipe.data
  throw new Failure({
    code: 'input.invalid',
    message: z.prettifyError(recipe.error).replaceAll('\n', ' '),
    input: path,
    remedy: 'docs/commands.md describes a recipe.',
  })
}
