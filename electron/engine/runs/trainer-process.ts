/** A trainer's process: started detached, so that it outlives an engine that is killed; found again after that. */
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { runFiles } from '#shared/experiment/run-folder.ts'
import { bornAt, type ProcessIdentity } from '../process-identity.ts'
import { programFolder } from '../version.ts'

export const trainerProgram = join(programFolder, 'electron', 'trainer', 'main.ts')

/**
 * Starts the trainer of a run's folder, its output appended to the run's log. On `cpu` it is shown no GPU: TensorFlow takes
 * one that it sees. Tests hand in a program of their own.
 */
export function spawnTrainer(
  folder: string,
  device: 'cpu' | 'gpu' | undefined,
  program = trainerProgram,
): ChildProcess {
  const log = openSync(join(folder, runFiles.log), 'a')
  try {
    const child = spawn(process.execPath, [program, folder], {
      detached: true,
      cwd: programFolder,
      stdio: ['ignore', log, log],
      env: {
        ...process.env,
        TF_CPP_MIN_LOG_LEVEL: process.env['TF_CPP_MIN_LOG_LEVEL'] ?? '3',
        ...(device === 'cpu' && { CUDA_VISIBLE_DEVICES: '-1' }),
      },
    })
    child.unref()
    return child
  } finally {
    closeSync(log)
  }
}

/**
 * Does this process train in `folder`? In a copy of a workspace the store names the original's trainers: those are none of the
 * copy's business. True where a command line cannot be read.
 */
export function trainsIn(pid: number, folder: string): boolean {
  const words = commandLine(pid)
  return words.length === 0 || words.at(-1) === folder
}

/** A living process that trains in `folder`: asked when an engine was killed before it could write the pid down. */
export function findTrainer(folder: string): ProcessIdentity | null {
  let pids: string[]
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return null
  }
  for (const name of pids) {
    const words = commandLine(Number(name))
    const born = words.at(-1) === folder && words.length >= 3 ? bornAt(Number(name)) : null
    if (born !== null) return { pid: Number(name), born }
  }
  return null
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1)
  } catch {
    return []
  }
}
