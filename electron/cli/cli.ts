/** What every command is run with: its options, its output, a signal that Ctrl-C aborts, and the exit code of its end. */
import type { Command } from 'commander'
import { createOutput, reportFailure, type Output } from './output.ts'

export interface GlobalOptions {
  readonly workspace?: string
  readonly json?: boolean
}

export interface CommandRun {
  readonly output: Output
  readonly options: GlobalOptions
  /** Aborted by the first Ctrl-C; a second one ends the program at once. */
  readonly signal: AbortSignal
}

export interface Cli {
  /** Wraps a command's work for commander: errors become words and exit codes. The work may return an exit code of its own. */
  action<Args extends unknown[]>(
    work: (run: CommandRun, ...args: Args) => Promise<number | void>,
  ): (...args: [...Args, Command] | [...Args, object, Command]) => Promise<void>
}

export function createCli(): Cli {
  const abort = new AbortController()
  const onInterrupt = () => {
    if (abort.signal.aborted) process.exit(130)
    abort.abort()
  }
  process.on('SIGINT', onInterrupt)
  process.on('SIGTERM', onInterrupt)
  return {
    action:
      (work) =>
      async (...args) => {
        const command = args.at(-1) as Command
        const options = command.optsWithGlobals<GlobalOptions>()
        const output = createOutput(options.json === true)
        try {
          process.exitCode =
            (await work({ output, options, signal: abort.signal }, ...(args.slice(0, -1) as never))) ?? 0
        } catch (error) {
          process.exitCode = reportFailure(error, output.isJson)
        }
      },
  }
}
