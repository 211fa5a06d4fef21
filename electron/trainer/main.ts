/**
 * The trainer process: `node electron/trainer/main.ts RUN_FOLDER`. One attempt of one run; everything it needs lies in the folder,
 * everything it makes goes there (journal, checkpoints). stdout and stderr are its log. Exit code 0 when the attempt completed, was
 * stopped or paused; 1 when it failed. SIGTERM and SIGINT pause it.
 */
import { writeSync } from 'node:fs'
import { resolve } from 'node:path'
import { factsOf } from '#shared/contract/failure.ts'
import { Control } from './process/control.ts'
import { readRunFile } from './process/read-run-file.ts'

// Straight to the descriptor: a line is written even when the process ends right after it.
const log = (text: string): void => {
  try {
    writeSync(2, `${new Date().toISOString()} ${text}\n`)
  } catch {
    // A log that cannot be written (closed pipe, full disk) must not end a run.
  }
}

async function main(folder: string): Promise<number> {
  const control = new Control()
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      log(`${signal}: pausing`)
      control.ask('pause')
    })
  const run = readRunFile(folder)
  log(`run ${run.run}, attempt ${run.attempt}, pid ${process.pid}`)
  // TensorFlow is loaded late: a run file that is none must fail fast, with words.
  const [{ runSession }, { openBackend }, { createPolicy }] = await Promise.all([
    import('./process/session.ts'),
    import('./tensor/open-backend.ts'),
    import('./create-policy.ts'),
  ])
  const backend = async (threads: number | undefined) => (await openBackend(threads)).facts
  const machine = { backend, makePolicy: createPolicy }
  const state = await runSession({ folder, run, machine, control, log })
  log(`ended: ${state}`)
  return state === 'failed' ? 1 : 0
}

const folder = process.argv[2]
if (folder === undefined || process.argv.length > 3) {
  log('usage: node electron/trainer/main.ts RUN_FOLDER')
  process.exitCode = 2
} else {
  try {
    process.exitCode = await main(resolve(folder))
  } catch (error) {
    log(JSON.stringify({ error: factsOf(error) }))
    process.exitCode = 1
  }
  // TensorFlow's threads must not keep an ended trainer alive.
  process.exit()
}
