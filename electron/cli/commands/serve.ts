/**
 * `serve`: the workbench in a browser, on loopback. This process holds the door open over the workspace's socket: when it ends,
 * so does the door. A killed engine is started again behind the same address, so that open pages recover.
 */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { Failure } from '#shared/contract/failure.ts'
import { isWebAssemblyChosen, webAssemblyWarning } from '#shared/experiment/webassembly.ts'
import { joinOrStart } from '../../engine/entry/join-or-start.ts'
import { newPageToken, openDoor, type HeldDoor } from '../../engine/serve/open-door.ts'
import type { Cli, CommandRun } from '../cli.ts'
import { workspacePath } from '../places.ts'

export function addServeCommand(program: Command, cli: Cli): void {
  program
    .command('serve')
    .description('the workbench in a browser, on this machine only')
    .option('--port <n>', 'default: a free one', Number)
    .action(cli.action((run, { port }: { port?: number }) => serve(run, port ?? 0)))
}

async function serve({ output, options, signal }: CommandRun, wantedPort: number): Promise<number> {
  if (!Number.isInteger(wantedPort) || wantedPort < 0 || wantedPort > 65_535) {
    throw new Failure({
      code: 'input.invalid',
      message: 'A port is a whole number up to 65535.',
      input: '--port',
      remedy: 'Leave it away to get a free one.',
    })
  }
  const workspace = workspacePath(options.workspace)
  const token = newPageToken()
  let door = await openDoor(await joinOrStart(workspace), wantedPort, token)
  const { url, port } = door
  output.result(
    { url, pid: process.pid, enginePid: door.enginePid, workspace },
    () =>
      `${url}\nServing ${workspace}; Ctrl-C ends it.${isWebAssemblyChosen(process.env) ? `\n${webAssemblyWarning}` : ''}`,
  )
  const stopped = once(signal, 'abort')
  while (!signal.aborted) {
    await Promise.race([door.closed, stopped])
    if (signal.aborted) break
    output.note('The engine is gone; starting it again.')
    door = await reopened(workspace, port, token, signal)
  }
  door.close()
  return 0
}

/** The port of the dead engine is free at once; the workspace when its lock is. */
async function reopened(workspace: string, port: number, token: string, signal: AbortSignal): Promise<HeldDoor> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await openDoor(await joinOrStart(workspace), port, token)
    } catch (error) {
      if (attempt >= 10 || signal.aborted) throw error
      await sleep(300 * attempt)
    }
  }
}
