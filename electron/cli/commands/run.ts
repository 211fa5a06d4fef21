/** `run start | list | show | metrics | samples | export | stop | pause | resume`. */
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { Failure, exitCodeOf, type FailureFacts } from '#shared/contract/failure.ts'
import type { EvaluationPoint, RunDetail, RunSummary } from '#shared/contract/runs.ts'
import type { ExperimentSpec } from '#shared/experiment/spec.ts'
import { bundledTokenizers } from '#shared/experiment/task-names.ts'
import { formatFlops } from '#shared/flops/units.ts'
import type { EngineCalls } from '../../engine/entry/client.ts'
import type { Cli, CommandRun } from '../cli.ts'
import { follow, settled } from '../follow.ts'
import { flopsAmount, wholeNumber } from '../amounts.ts'
import { usersPath, workspacePath } from '../places.ts'
import { withEngine } from '../session.ts'
import { table } from '../tables.ts'

const pauseWithinMs = 120_000

interface BudgetLimits {
  readonly steps?: number
  readonly flops?: number
  readonly totalFlops?: number
}

export function addRunCommands(program: Command, cli: Cli): void {
  const run = program.command('run').description('train: start, watch and steer runs')

  run
    .command('start <spec.yaml>')
    .description('starts the runs of an experiment and follows them to their end')
    .option('--detach', 'comes back at once; the runs go on without this command')
    .action(
      cli.action((run, path: string, options: { detach?: boolean }) =>
        start(run, usersPath(path), options.detach === true),
      ),
    )

  run
    .command('list')
    .description('the runs of the workspace, newest first')
    .option('--deleted', 'removed runs instead')
    .action(
      cli.action(({ output, options }, { deleted }: { deleted?: boolean }) =>
        withEngine(workspacePath(options.workspace), async ({ calls }) => {
          const { runs } = await calls.runs.list({ deleted: deleted === true })
          output.result({ runs }, () => runsTable(runs))
        }),
      ),
    )

  run
    .command('show <id>')
    .description('one run: state, checkpoints, newest values')
    .action(
      cli.action(({ output, options }, id: string) =>
        withEngine(workspacePath(options.workspace), async ({ calls }) => {
          const [detail, { points }] = await Promise.all([calls.runs.get({ id }), calls.runs.evaluations({ id })])
          const evaluation = points.at(-1) ?? null
          output.result({ ...shownDocument(detail), evaluation }, () =>
            [shownWords(detail), ...(evaluation ? [evaluationWords(evaluation)] : [])].join('\n'),
          )
        }),
      ),
    )

  run
    .command('metrics <id>')
    .description('the points of a run: step, FLOPs, tokens, ms and value by key')
    .option('--keys <keys>', 'only these, with commas between (default: all)')
    .option('--max-points <n>', 'fewer points a key, lows and highs kept', Number, 100_000)
    .action(
      cli.action(({ output, options }, id: string, { keys, maxPoints }: { keys?: string; maxPoints: number }) =>
        withEngine(workspacePath(options.workspace), async ({ calls }) => {
          const { series } = await calls.runs.metrics({
            id,
            ...(keys && { keys: keys.split(',').map((key) => key.trim()) }),
            maxPoints,
          })
          const rows = series.map((each): [string, number[][]] => [
            each.key,
            each.step.map((step, i) => [step, each.flops[i]!, each.tokens[i]!, each.wallMs[i]!, each.value[i]!]),
          ])
          for (const { key, total, step } of series)
            if (total > step.length) output.note(`${key}: ${step.length} of ${total} points`)
          output.result({ series: Object.fromEntries(rows) }, () =>
            table(
              ['key', 'points', 'last step', 'last value'],
              rows.map(([key, points]) => [key, points.length, points.at(-1)?.[0] ?? null, points.at(-1)?.[4] ?? null]),
              'No points yet.',
            ),
          )
        }),
      ),
    )

  run
    .command('samples <id>')
    .description('rollouts of a step: prompt, response, verdict')
    .option('--step <n>', 'of this step (default: the newest)', Number)
    .option('--wrong', 'only wrong ones')
    .option('--right', 'only right ones')
    .action(
      cli.action(({ output, options }, id: string, chosen: { step?: number; wrong?: boolean; right?: boolean }) =>
        withEngine(workspacePath(options.workspace), async ({ calls }) => {
          const verdict = chosen.wrong ? 'wrong' : chosen.right ? 'right' : 'all'
          const page = await calls.runs.samples({ id, step: chosen.step ?? null, verdict })
          output.result(
            page,
            () =>
              page.samples
                .map(
                  (sample) =>
                    `${sample.correct ? 'right' : 'wrong'}  ${sample.prompt}\n       ${sample.response}${sample.reason ? `  (${sample.reason})` : ''}`,
                )
                .join('\n') || 'No rollouts are stored for this step.',
          )
        }),
      ),
    )

  run
    .command('export <id>')
    .description('a checkpoint as a model folder that transformers loads, adapters merged')
    .requiredOption('--to <dir>', 'a folder that does not exist yet, or is empty')
    .option('--step <n>', 'the checkpoint at this step (default: the newest)', Number)
    .option('--bf16', 'weights as bf16 instead of f32')
    .option('--adapter', 'LoRA adapters alone, as PEFT loads them')
    .action(
      cli.action(
        ({ output, options }, id: string, chosen: { to: string; step?: number; bf16?: boolean; adapter?: boolean }) =>
          withEngine(workspacePath(options.workspace), async ({ calls }) => {
            const precision = chosen.bf16 ? 'bf16' : 'f32'
            const written = await calls.runs.export({
              id,
              step: chosen.step ?? null,
              to: usersPath(chosen.to),
              precision,
              adapter: chosen.adapter === true,
            })
            output.result(written, () => `${written.folder}: ${written.files.join(', ')} of step ${written.step}`)
          }),
      ),
    )

  for (const [verb, words] of [
    ['stop', 'ends a run for good, after a checkpoint'],
    ['pause', 'checkpoints a run and ends its process; resume goes on'],
  ] as const) {
    run
      .command(`${verb} <id>`)
      .description(words)
      .action(
        cli.action(({ output, options }, id: string) =>
          withEngine(workspacePath(options.workspace), async ({ calls }) => {
            await calls.runs[verb]({ id })
            await settled(calls, [id], pauseWithinMs)
            const { state, step } = await calls.runs.get({ id })
            output.result({ id, state, step }, () => `${id}: ${state} at step ${step}`)
          }),
        ),
      )
  }

  run
    .command('resume <id>')
    .description('goes on from the last checkpoint and follows to the end; a larger budget extends a complete run')
    .option('--detach', 'comes back at once; the run goes on without this command')
    .option('--steps <n>', 'new limit of steps, in all', wholeNumber)
    .option('--flops <flops>', 'new limit of FLOPs of this stage, in all (2e12, 1.6T)', flopsAmount)
    .option('--total-flops <flops>', 'new limit of FLOPs with the stages before', flopsAmount)
    .action(
      cli.action((run, id: string, { detach, ...limits }: { detach?: boolean } & BudgetLimits) =>
        withEngine(workspacePath(run.options.workspace), async ({ calls }) => {
          const budget = Object.keys(limits).length > 0 ? { budget: limits } : {}
          await calls.runs.resume({ id, detach: detach === true, ...budget })
          return detach ? started(run, calls, [id]) : toTheEnd(run, calls, [id])
        }),
      ),
    )
}

async function start(run: CommandRun, path: string, detach: boolean): Promise<number> {
  const text = readSpec(path)
  return withEngine(workspacePath(run.options.workspace), async ({ calls }) => {
    const spec = fromItsFolder(await checkedSpec(calls, text, path), dirname(path))
    const { runs } = await calls.runs.create({ spec, detach })
    return detach ? started(run, calls, runs) : toTheEnd(run, calls, runs)
  })
}

export function readSpec(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    throw new Failure(
      {
        code: isMissing ? 'file.missing' : 'file.unreadable',
        message: isMissing ? 'There is no such spec.' : `The spec cannot be read: ${(cause as Error).message}.`,
        input: path,
        remedy: 'Name a YAML file; examples lie in resources/experiments.',
      },
      { cause },
    )
  }
}

export async function checkedSpec(calls: EngineCalls, text: string, path: string): Promise<ExperimentSpec> {
  const { spec, issues } = await calls.runs.parseSpec({ yaml: text })
  if (spec && issues.length === 0) return spec
  const said = issues.map(
    ({ line, path: at, message }) => `${line === null ? '' : `line ${line}, `}${at ? `${at}: ` : ''}${message}`,
  )
  const [first] = issues
  throw new Failure({
    code: 'input.invalid',
    message: said.join('; '),
    input: first?.line ? `${path}:${first.line}` : path,
    remedy: 'Mend the spec; docs/commands.md describes every field.',
  })
}

/** The engine knows nothing of the caller's folders: paths of a spec are taken from where it lies. */
function fromItsFolder(spec: ExperimentSpec, folder: string): ExperimentSpec {
  const { model, tokenizer } = spec
  return {
    ...spec,
    ...(typeof model !== 'string' && { model: { ...model, folder: resolve(folder, model.folder) } }),
    ...(tokenizer !== undefined && !isBundled(tokenizer) && { tokenizer: resolve(folder, tokenizer) }),
  }
}

const isBundled = (tokenizer: string) => (bundledTokenizers as readonly string[]).includes(tokenizer)

async function started({ output }: CommandRun, calls: EngineCalls, runs: string[]): Promise<number> {
  const { state } = await calls.runs.get({ id: runs.at(-1)! })
  output.result({ runs, state }, () => `${runs.join('\n')}\nThey go on by themselves; look with: run list`)
  return 0
}

/** Follows a chain until nothing more happens by itself. Ctrl-C pauses it. */
async function toTheEnd({ output, signal }: CommandRun, calls: EngineCalls, runs: string[]): Promise<number> {
  const progress = output.progress()
  const detailsOf = () => Promise.all(runs.map((id) => calls.runs.get({ id })))
  const ended = await follow(signal, async () => {
    const details = await detailsOf()
    const at = details.find(({ state }) => state === 'running')
    if (at) {
      const share = (details.filter(({ state }) => state === 'completed').length + at.step / at.steps) / runs.length
      progress.update({
        label: `${at.name}: ${at.activity ?? 'running'}`,
        share,
        secondsLeft: at.secondsLeft,
        detail: `step ${at.step} of ${at.steps}`,
      })
    }
    const isOpen = details.some(
      (detail) => detail.state === 'running' || (detail.state === 'queued' && !isHeldUp(detail, details)),
    )
    return isOpen ? undefined : details
  })
  progress.end()
  if (ended === null) return interrupted({ output, calls, runs })
  const first = ended.find(({ state }) => state !== 'completed' && state !== 'queued')
  const state = first?.state ?? 'completed'
  const error = (first?.error as FailureFacts | null | undefined) ?? null
  output.result({ runs, state, ...(error && { error }) }, () =>
    ended
      .map(
        (detail) =>
          `${detail.id}  ${detail.name}: ${detail.state} at step ${detail.step}${detail.error ? `\n  ${detail.error.message}\n  ${detail.error.remedy ?? ''}` : ''}`,
      )
      .join('\n'),
  )
  return state === 'completed' ? 0 : error ? exitCodeOf(error.code) : 1
}

/** A queued stage behind one that rests waits in vain. */
function isHeldUp(detail: RunDetail, details: readonly RunDetail[]): boolean {
  const parent = details.find(({ id }) => id === detail.parent)
  if (!parent || parent.state === 'completed' || parent.state === 'running') return false
  return parent.state !== 'queued' || isHeldUp(parent, details)
}

async function interrupted({
  output,
  calls,
  runs,
}: {
  output: CommandRun['output']
  calls: EngineCalls
  runs: string[]
}): Promise<number> {
  output.note('Pausing: the run finishes its step and saves a checkpoint. Ctrl-C again to leave at once.')
  // Later stages first, so that none starts when the one before it rests.
  for (const id of runs.toReversed()) await calls.runs.pause({ id }).catch(() => {})
  await settled(calls, runs, pauseWithinMs)
  const details = await Promise.all(runs.map((id) => calls.runs.get({ id })))
  const resting = details.find(({ state }) => state !== 'completed')
  const facts: FailureFacts = {
    code: 'cancelled',
    message: 'Interrupted; what was trained is saved.',
    ...(resting && { input: resting.id, remedy: `Go on with: run resume ${resting.id}` }),
  }
  output.result(
    { runs, state: resting?.state ?? 'completed', error: facts },
    () => `${facts.message} ${facts.remedy ?? ''}`,
  )
  return 130
}

function shownDocument(detail: RunDetail) {
  const { id, name, parent, parentStep, stage, state, step, steps, trainerPid, enginePid, last, error, folder } = detail
  const checkpoints = detail.checkpoints.map((checkpoint) => ({ ...checkpoint, path: join(folder, checkpoint.path) }))
  return {
    ...detail,
    ...{ id, name, parent, parentStep, stage, state, step, steps, trainerPid, enginePid, last, error },
    checkpoints,
  }
}

function shownWords(detail: RunDetail): string {
  const { last, checkpoints, error } = detail
  return [
    `${detail.id}  ${detail.name}`,
    `${detail.stage} (${detail.objective}) on ${detail.data}, ${detail.model}, seed ${detail.seed}`,
    `${detail.state}, step ${detail.step} of ${detail.steps}, ${formatFlops(detail.flops)}`,
    ...(detail.parent
      ? [`from ${detail.parent}${detail.parentStep === null ? '' : `, step ${detail.parentStep}`}`]
      : []),
    ...Object.entries(last).map(([key, value]) => `  ${key.padEnd(16)} ${value.toPrecision(4)}`),
    `checkpoints at ${checkpoints.map(({ step, pinned }) => `${step}${pinned ? ' (pinned)' : ''}`).join(', ') || 'none yet'}`,
    ...(error ? [`${error.message}\n${error.remedy ?? ''}`] : []),
  ].join('\n')
}

type Measured = Pick<EvaluationPoint, 'n' | 'k' | 'accuracy' | 'greedy' | 'passAtK'>

/** The newest evaluation: over all test problems and by benchmark, in percent with 95 % intervals. */
function evaluationWords(point: EvaluationPoint): string {
  const percent = ({ value, lo, hi }: { value: number; lo: number; hi: number }) =>
    `${(100 * value).toFixed(1)} [${(100 * lo).toFixed(1)}, ${(100 * hi).toFixed(1)}]`
  const sets = point.benchmarks ?? []
  const row = (name: string, { n, k, accuracy, greedy, passAtK = [] }: Measured) => [
    ...[name, n, percent(accuracy), greedy ? percent(greedy) : null],
    passAtK
      .filter((each) => each.k > 1)
      .map((each) => `pass@${each.k} ${percent(each)}`)
      .join('  '),
    k,
  ]
  const rows = [...sets.map((set) => row(set.name, set)), row(sets.length > 0 ? 'overall, by size' : 'test', point)]
  return `evaluation at step ${point.step}, percent\n${table(
    ['benchmark', 'problems', 'avg@k', 'greedy', 'unbiased pass@k', 'k'],
    rows,
    '',
  )}`
}

const runsTable = (runs: readonly RunSummary[]): string =>
  table(
    ['id', 'name', 'stage', 'state', 'step', 'of', 'accuracy %'],
    runs.map((run) => [
      ...[run.id, run.name, run.objective, run.state],
      ...[run.step, run.steps],
      run.last['eval/accuracy'] === undefined ? null : Number((100 * run.last['eval/accuracy']).toFixed(1)),
    ]),
    'No runs yet. Start one with: run start resources/experiments/sequential.yaml',
  )
