/** `study switch`: the switch search, on an SFT run that is there or on one that a spec trains. */
import type { Command } from 'commander'
import { Failure } from '#shared/contract/failure.ts'
import type { SwitchRequest, SwitchSearch } from '#shared/contract/switch-study.ts'
import { formatFlops } from '#shared/flops/units.ts'
import type { EngineCalls } from '../../engine/entry/client.ts'
import { flopsAmount, shareAmount, stepList, wholeNumber } from '../amounts.ts'
import type { Cli, CommandRun } from '../cli.ts'
import { follow } from '../follow.ts'
import { usersPath, workspacePath } from '../places.ts'
import { duration } from '../progress.ts'
import { withEngine } from '../session.ts'
import { table } from '../tables.ts'
import { checkedSpec, readSpec } from './run.ts'
import { goOn, interrupt, notDone, studyOf } from './study.ts'

interface SwitchOptions {
  readonly run?: string
  readonly spec?: string
  readonly target?: number
  readonly budgetShare: number
  readonly candidates: number
  readonly steps?: number[]
  readonly evaluations: number
  readonly lanes?: number
  readonly detach?: boolean
}

export function addSwitchCommand(program: Command, cli: Cli): void {
  program.commands
    .find((command) => command.name() === 'study')!
    .command('switch')
    .description(
      'finds the checkpoint to switch at: RL branches from candidate checkpoints, forecast, stopped early or extended; goes on where it was interrupted',
    )
    .option('--run <id>', 'the SFT run to switch from')
    .option('--spec <file>', 'a spec with an SFT stage (trained first) and the RL stage of the branches')
    .option('--target <flops>', 'SFT + RL FLOPs at which candidates are compared (2e12, 1.6T)', flopsAmount)
    .option('--budget-share <share>', 'RL compute allowed, of all branches run to the target', shareAmount, 0.3)
    .option('--candidates <n>', 'how many checkpoints to try, one a regime among them', wholeNumber, 6)
    .option('--steps <list>', 'which checkpoints to try: 25,50,100', stepList)
    .option('--evaluations <n>', 'of a branch on its way to the target', wholeNumber, 32)
    .option('--lanes <n>', 'branches at work at a time', wholeNumber)
    .option('--detach', 'comes back at once; the search goes on without this command')
    .action(cli.action((run, options: SwitchOptions) => search(run, options)))
}

async function search(run: CommandRun, options: SwitchOptions): Promise<number> {
  const workspace = workspacePath(run.options.workspace)
  return withEngine(workspace, async ({ calls }) => {
    const id = await begun(calls, options, run.output.note)
    if (options.detach) {
      const found = await calls.studies.switchSearch({ id })
      run.output.result(found, () => `${id}\nIt goes on by itself; follow it with: study switch`)
      return 0
    }
    const progress = run.output.progress()
    let said = 0
    const ended = await follow(run.signal, async () => {
      const found = await calls.studies.switchSearch({ id })
      for (const { words } of found.decisions.slice(said)) run.output.note(words)
      said = found.decisions.length
      if (found.state !== 'running') return found
      const detail = found.decisions.at(-1)?.words
      progress.update({
        ...{ label: found.now, share: found.done, secondsLeft: found.secondsLeft },
        ...(detail && { detail }),
      })
      return undefined
    })
    progress.end()
    const again = `study switch --workspace ${workspace}`
    if (ended === null) return interrupt(run, calls, id, again)
    if (ended.state !== 'done') throw notDone(await studyOf(calls, id), again)
    run.output.result(ended, () => summary(ended))
    return 0
  })
}

/** The search that was begun here before (on that run, where one is named), set going again; else a new one. */
async function begun(calls: EngineCalls, options: SwitchOptions, note: (text: string) => void): Promise<string> {
  const { studies } = await calls.studies.list({})
  const open = studies.find(
    ({ kind, state, runs }) =>
      kind === 'switch' &&
      options.spec === undefined &&
      (state === 'running' || state === 'interrupted') &&
      (options.run === undefined || runs.some(({ id, role }) => role === 'sft' && id === options.run)),
  )
  if (open) return goOn(calls, open, note)
  const { id } = await calls.studies.startSwitch({
    ...(await requestOf(calls, options)),
    detach: options.detach === true,
  })
  return id
}

async function requestOf(calls: EngineCalls, options: SwitchOptions): Promise<SwitchRequest> {
  const { run, spec: file, candidates, detach: _, ...settings } = options
  if (run === undefined && file === undefined) {
    throw new Failure({
      code: 'input.invalid',
      message: 'No search was begun in this workspace, and none is asked for.',
      input: '--run, --spec',
      remedy: 'Name an SFT run with --run, or a spec that trains one with --spec.',
    })
  }
  const path = file === undefined ? undefined : usersPath(file)
  const spec = path === undefined ? undefined : await checkedSpec(calls, readSpec(path), path)
  return { ...(run !== undefined && { run }), ...(spec && { spec }), ...settings, count: candidates }
}

function summary(search: SwitchSearch): string {
  const rows = search.candidates.map((each) => [
    each.step === search.chosen?.step ? `${each.step} *` : each.step,
    each.regime,
    each.state,
    each.pSft.toFixed(1),
    each.measured?.value.toFixed(1) ?? null,
    each.state === 'reached'
      ? 'measured'
      : `${each.forecast.mean.toFixed(1)} (${each.forecast.lo.toFixed(1)}-${each.forecast.hi.toFixed(1)})`,
    Math.round(100 * each.chance),
    formatFlops(each.rlFlops),
  ])
  return [
    table(['step', 'regime', 'branch', 'P_sft', 'measured', 'at the target (80 %)', 'best %', 'RL spent'], rows, ''),
    '',
    ...search.reasons,
    `${duration(search.wallS)} in all.`,
  ].join('\n')
}
