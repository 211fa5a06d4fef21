/** The command line: `npm start -- COMMAND`. Every command is described in docs/commands.md. */
import { Command, CommanderError } from 'commander'
import { version } from '../engine/version.ts'
import { createCli } from './cli.ts'
import { addAnalyzeCommand } from './commands/analyze.ts'
import { addCurvesCommands } from './commands/curves.ts'
import { addDatasetCommands } from './commands/dataset.ts'
import { addDoctorCommands } from './commands/doctor.ts'
import { addEngineCommands } from './commands/engine.ts'
import { addRunCommands } from './commands/run.ts'
import { addServeCommand } from './commands/serve.ts'
import { addStudyCommands } from './commands/study.ts'
import { addSwitchCommand } from './commands/study-switch.ts'
import { addVerifyCommand } from './commands/verify.ts'

const program = new Command('switchpoint')
  .description('Curate expert trajectories, train SFT and RL, find the switch, see the ceiling.')
  .version(version)
  .option('--workspace <dir>', 'the workspace (default: the one opened last)')
  .option('--json', 'exactly one JSON document on standard output')
  .showHelpAfterError('(add --help for the options)')
  .exitOverride()

const cli = createCli()
for (const add of [
  addServeCommand,
  addStudyCommands,
  addSwitchCommand,
  addRunCommands,
  addDatasetCommands,
  addCurvesCommands,
  addVerifyCommand,
  addAnalyzeCommand,
  addDoctorCommands,
  addEngineCommands,
])
  add(program, cli)

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = usageExit(error)
}
// A line that lingers (a broken socket's timer) must not keep a finished command alive; but a long document that its reader
// takes slowly is still on its way.
await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((written) => stream.write('', written))))
process.exit()

/** Commander has said what it had to say on standard error; programs get a document as well. */
function usageExit(error: unknown): number {
  if (!(error instanceof CommanderError)) throw error
  if (error.exitCode === 0) return 0
  if (process.argv.includes('--json')) {
    const facts = {
      code: 'input.invalid',
      message: error.message.replace(/^error: /, ''),
      input: process.argv.slice(2).join(' '),
    }
    process.stdout.write(`${JSON.stringify({ error: { ...facts, remedy: 'Add --help to see the options.' } })}\n`)
  }
  return 2
}
