/** `engine ensure`: for programs that want to talk to a workspace's engine (the desktop's main process). */
import type { Command } from 'commander'
import { joinOrStart } from '../../engine/entry/join-or-start.ts'
import { closeInheritedFiles } from '../inherited-files.ts'
import { workspacePath } from '../places.ts'
import type { Cli } from '../cli.ts'

export function addEngineCommands(program: Command, cli: Cli): void {
  const engine = program.command('engine', { hidden: true }).description('the engine of a workspace')
  engine
    .command('ensure')
    .description('joins the engine of the workspace or starts one; prints where it listens')
    .action(
      cli.action(async ({ output, options }) => {
        closeInheritedFiles()
        const { socket, token, pid, workspace, started } = await joinOrStart(workspacePath(options.workspace))
        output.result({ socket, token, pid, workspace, started }, () => `engine ${pid} of ${workspace}\n${socket}`)
      }),
    )
}
