/** Whole studies: `quick`, the demonstration, and `paper`, the miniature of the paper, from nothing to a report. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { Failure } from '#shared/contract/failure.ts'
import type { PaperResult } from '#shared/contract/paper-study.ts'
import type { Study, StudyResult } from '#shared/contract/studies.ts'
import { formatFlops } from '#shared/flops/units.ts'
import type { EngineCalls } from '../../engine/entry/client.ts'
import { userFolder } from '../../engine/workspace/user-folder.ts'
import type { Cli, CommandRun } from '../cli.ts'
import { follow, settled } from '../follow.ts'
import { usersPath } from '../places.ts'
import { duration } from '../progress.ts'
import { withEngine } from '../session.ts'
import { table } from '../tables.ts'

const pauseWithinMs = 120_000

export function addStudyCommands(program: Command, cli: Cli): void {
  const study = program.command('study').description('whole studies')
  study
    .command('quick')
    .description(
      'the demonstration: SFT, the switch, RL and its rivals on a small model, in minutes; goes on where it was interrupted',
    )
    .option('--seed <n>', 'of everything', Number, 1)
    .action(
      cli.action((run, { seed }: { seed: number }) =>
        conduct(run, {
          kind: 'quick',
          title: 'Quick study',
          start: async (calls) => (await calls.studies.startQuick({ seed })).id,
          resultOf: (study) => study.result,
          summary,
        }),
      ),
    )
  study
    .command('paper')
    .description(
      'the miniature of the paper: seeds, switch points, data scale and difficulty, every method; each claim tested with intervals',
    )
    .option('--budget <minutes>', 'how long it may take; decides seeds and the length of the arms', Number, 90)
    .action(
      cli.action((run, { budget }: { budget: number }) =>
        conduct(run, {
          kind: 'paper',
          title: 'Miniature',
          start: (calls) => startPaper(calls, budget, run.output.note),
          resultOf: (study) => study.paper ?? null,
          summary: paperSummary,
        }),
      ),
    )
}

interface Conduct<T> {
  readonly kind: Study['kind']
  /** Of a workspace that is made for it. */
  readonly title: string
  start(calls: EngineCalls): Promise<string>
  resultOf(study: Study): T | null
  summary(result: T): string
}

/** Starts a study, or goes on with the one that was begun in this workspace, and follows it to its end. */
async function conduct<T extends object>(run: CommandRun, what: Conduct<T>): Promise<number> {
  const workspace = run.options.workspace === undefined ? newWorkspace(what.title) : usersPath(run.options.workspace)
  run.output.note(`Workspace: ${workspace}`)
  return withEngine(workspace, async ({ calls }) => {
    const id = (await resumed(calls, what.kind, run.output.note)) ?? (await what.start(calls))
    const progress = run.output.progress()
    const ended = await follow(run.signal, async () => {
      const study = await studyOf(calls, id)
      if (study.state !== 'running') return study
      progress.update({ label: study.now, share: study.done, secondsLeft: study.secondsLeft })
      return undefined
    })
    progress.end()
    const again = `study ${what.kind} --workspace ${workspace}`
    if (ended === null) return interrupt(run, calls, id, again)
    const result = what.resultOf(ended)
    if (ended.state !== 'done' || !result) throw notDone(ended, again)
    run.output.result(result, () => what.summary(result))
    return 0
  })
}

/** The study of this kind that was interrupted here, set going again; null when there is none. */
async function resumed(calls: EngineCalls, kind: Study['kind'], note: (text: string) => void): Promise<string | null> {
  const { studies } = await calls.studies.list({})
  const open = studies.find(
    (each) =>
      each.kind === kind && (each.state === 'running' || each.state === 'interrupted' || each.state === 'failed'),
  )
  return open ? goOn(calls, open, note) : null
}

/** Sets a study that was begun before going again. Returns its id. */
export async function goOn(
  calls: EngineCalls,
  { id, state }: Pick<Study, 'id' | 'state'>,
  note: (text: string) => void,
): Promise<string> {
  note(`Goes on with ${id}, which was begun here before.`)
  if (state !== 'running') await calls.studies.resume({ id })
  return id
}

async function startPaper(calls: EngineCalls, budgetMinutes: number, note: (text: string) => void): Promise<string> {
  const plan = await calls.studies.startPaper({ budgetMinutes })
  const rest = [
    plan.everySet ? [] : ['the other expert sets'],
    plan.everyRival ? [] : ['SRFT, UPT and Prefix-RFT'],
  ].flat()
  note(
    `${plan.runs} runs over ${plan.seeds} ${plan.seeds === 1 ? 'seed' : 'seeds'}, every arm to ${formatFlops(plan.totalFlops)}; about ${duration(plan.seconds)}.` +
      (rest.length > 0 ? ` The budget leaves out ${rest.join(' and ')}.` : ''),
  )
  return plan.id
}

export async function studyOf(calls: EngineCalls, id: string): Promise<Study> {
  const { studies } = await calls.studies.list({})
  const study = studies.find((each) => each.id === id)
  if (!study) throw new Failure({ code: 'study.not_found', message: 'The study is gone.', input: id })
  return study
}

export async function interrupt(
  { output }: CommandRun,
  calls: EngineCalls,
  id: string,
  again: string,
): Promise<number> {
  output.note('Pausing: the runs finish their step and save checkpoints. Ctrl-C again to leave at once.')
  const { runs } = await studyOf(calls, id)
  const ids = runs.map((each) => each.id)
  for (const each of ids.toReversed()) await calls.runs.pause({ id: each }).catch(() => {})
  await settled(calls, ids, pauseWithinMs)
  throw new Failure({
    code: 'cancelled',
    message: 'Interrupted; what was trained is saved.',
    input: id,
    remedy: `Go on with: ${again}`,
  })
}

export function notDone(study: Study, again: string): Failure {
  const { error } = study
  return new Failure({
    code: study.state === 'cancelled' ? 'cancelled' : ((error?.code as Failure['code'] | undefined) ?? 'run.crashed'),
    message: error?.message ?? `The study is ${study.state}.`,
    input: error?.input ?? study.id,
    remedy: error?.remedy ?? `Go on with: ${again}`,
  })
}

/** Named by the moment it begins. */
function newWorkspace(title: string): string {
  const stamp = new Date().toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '.')
  const path = join(userFolder(), `${title} ${stamp}`)
  mkdirSync(path, { recursive: true })
  return path
}

function summary(result: StudyResult): string {
  const rows = result.runs.map((run) => {
    const { value, lo, hi } = result.accuracy[run.id]!
    const percent = (share: number) => (100 * share).toFixed(1)
    return [
      run.role,
      run.id,
      run.parentStep,
      `${percent(value)} (${percent(lo)}-${percent(hi)})`,
      run.aPost === null ? null : Number(run.aPost.toFixed(1)),
      run.verdict,
    ]
  })
  return [
    table(['role', 'run', 'from step', 'accuracy %', 'ceiling', 'verdict'], rows, ''),
    '',
    `${duration(result.wallS)} in all. Report: ${result.report}`,
  ].join('\n')
}

function paperSummary(result: PaperResult): string {
  const points = (value: number | null) => (value === null ? null : value.toFixed(1))
  const rows = result.claims
    .filter(({ measure }) => measure === 'end')
    .map(({ claim, mean, lo, hi, effects, verdict }) => [
      claim,
      points(mean),
      lo === null ? null : `${points(lo)} to ${points(hi)}`,
      effects.length,
      verdict,
    ])
  return [
    table(['claim, by the score at equal compute', 'points', '95 %', 'seeds', 'verdict'], rows, ''),
    '',
    `${result.runs.length} runs, ${duration(result.wallS)} in all. Report: ${result.report}`,
  ].join('\n')
}
