/** `study quick`: the demonstration, from nothing to a report. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { Failure } from '#shared/contract/failure.ts'
import type { Study, StudyResult } from '#shared/contract/studies.ts'
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
    .action(cli.action((run, { seed }: { seed: number }) => quick(run, seed)))
}

async function quick(run: CommandRun, seed: number): Promise<number> {
  const workspace = run.options.workspace === undefined ? newWorkspace() : usersPath(run.options.workspace)
  run.output.note(`Workspace: ${workspace}`)
  return withEngine(workspace, async ({ calls }) => {
    const id = await startOrResume(calls, seed, run.output.note)
    const progress = run.output.progress()
    const ended = await follow(run.signal, async () => {
      const study = await studyOf(calls, id)
      if (study.state !== 'running') return study
      progress.update({ label: study.now, share: study.done, secondsLeft: study.secondsLeft })
      return undefined
    })
    progress.end()
    if (ended === null) return interrupt(run, calls, id, workspace)
    if (ended.state !== 'done' || !ended.result) throw notDone(ended, workspace)
    const { result } = ended
    run.output.result(result, () => summary(result))
    return 0
  })
}

/** A study that was interrupted here goes on; else a new one begins. */
async function startOrResume(calls: EngineCalls, seed: number, note: (text: string) => void): Promise<string> {
  const { studies } = await calls.studies.list({})
  const open = studies.find(({ state }) => state === 'running' || state === 'interrupted' || state === 'failed')
  if (!open) return (await calls.studies.startQuick({ seed })).id
  note(`Goes on with ${open.id}, which was begun here before.`)
  if (open.state !== 'running') await calls.studies.resume({ id: open.id })
  return open.id
}

async function studyOf(calls: EngineCalls, id: string): Promise<Study> {
  const { studies } = await calls.studies.list({})
  const study = studies.find((each) => each.id === id)
  if (!study) throw new Failure({ code: 'study.not_found', message: 'The study is gone.', input: id })
  return study
}

async function interrupt({ output }: CommandRun, calls: EngineCalls, id: string, workspace: string): Promise<number> {
  output.note('Pausing: the runs finish their step and save checkpoints. Ctrl-C again to leave at once.')
  const { runs } = await studyOf(calls, id)
  const ids = runs.map((each) => each.id)
  for (const each of ids.toReversed()) await calls.runs.pause({ id: each }).catch(() => {})
  await settled(calls, ids, pauseWithinMs)
  throw new Failure({
    code: 'cancelled',
    message: 'Interrupted; what was trained is saved.',
    input: id,
    remedy: `Go on with: study quick --workspace ${workspace}`,
  })
}

function notDone(study: Study, workspace: string): Failure {
  const { error } = study
  return new Failure({
    code: study.state === 'cancelled' ? 'cancelled' : ((error?.code as Failure['code'] | undefined) ?? 'run.crashed'),
    message: error?.message ?? `The study is ${study.state}.`,
    input: error?.input ?? study.id,
    remedy: error?.remedy ?? `Go on with: study quick --workspace ${workspace}`,
  })
}

/** Named by the moment it begins. */
function newWorkspace(): string {
  const stamp = new Date().toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '.')
  const path = join(userFolder(), `Quick study ${stamp}`)
  mkdirSync(path, { recursive: true })
  return path
}

function summary(result: StudyResult): string {
  const rows = result.runs.map((run) => {
    const { value, lo, hi } = result.accuracy[run.id]!
    const percent = (share: number) => (100 * share).toFixed(1)
    const from = run.parentStep === null ? null : run.parentStep
    return [
      run.role,
      run.id,
      from,
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
