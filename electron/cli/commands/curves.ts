/** `curves import`: curve files and logs of other trainers into the workspace. */
import type { Command } from 'commander'
import type { CurveImport } from '#shared/contract/curves.ts'
import type { Cli } from '../cli.ts'
import { usersPath, workspacePath } from '../places.ts'
import { withEngine } from '../session.ts'
import { table } from '../tables.ts'

const mostShown = 20

export function addCurvesCommands(program: Command, cli: Cli): void {
  const curves = program.command('curves').description('curves of runs that were trained elsewhere')
  curves
    .command('import <file>')
    .description(
      'makes runs of a curve file (JSON, CSV) or a trainer’s log (verl, TRL, Hugging Face, LLaMA-Factory, ms-swift); what is wrong is reported by line and left out',
    )
    .action(
      cli.action(({ output, options }, path: string) =>
        withEngine(workspacePath(options.workspace), async ({ calls }) => {
          const imported = await calls.curves.import({ path: usersPath(path) })
          output.result(imported, () => words(imported))
        }),
      ),
    )
}

function words({ file, runs, already, rejected, rejectedCurves, remarks, keys }: CurveImport): string {
  const fresh = runs.length - already
  const rows = runs.map((run) => [
    run.id,
    run.name,
    run.dataset,
    run.stage,
    run.parentStep,
    run.points,
    run.already ? 'was here' : 'new',
  ])
  return [
    table(['id', 'run', 'data', 'stage', 'from step', 'points', ''], rows, 'No runs.'),
    `${fresh} ${fresh === 1 ? 'run' : 'runs'} from ${file}${already > 0 ? `; ${already} were here already, from the same file` : ''}`,
    ...remarks,
    ...(keys.kept.length > 0 ? [`Kept under their own names: ${keys.kept.join(', ')}`] : []),
    ...(rejectedCurves > 0 ? [`${rejectedCurves} left out:`] : []),
    ...rejected
      .slice(0, mostShown)
      .map((each) => `  ${each.file}:${each.line}, ${each.curve ?? 'no curve'}, ${each.field}: ${each.reason}`),
    ...(rejectedCurves > mostShown ? [`  and ${rejectedCurves - mostShown} more; --json lists the first 1,000`] : []),
  ].join('\n')
}
