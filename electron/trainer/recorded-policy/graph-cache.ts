/**
 * Recorded programs on disk, so that the next run of the same kind starts at once. Settings are constants in a graph: a wrong
 * hit would train the wrong objective. So the key covers all that a recording depends on, our own source code included.
 */
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Backend } from '../tensor/backend.ts'
import { Program, type ProgramBuilder } from '../tensor/program.ts'
import type { ProgramOptions } from './entry-context.ts'

/** Folders of this room whose code decides what is recorded. */
const recordingCode = ['tensor', 'kernels', 'model', 'rollout', 'objectives', 'recorded-policy']

/** The program for these options: from the cache if it is there, otherwise recorded (and cached, given a folder). */
export function cachedProgram(
  backend: Backend,
  options: ProgramOptions,
  folder: string | undefined,
  record: () => ProgramBuilder,
): Program {
  if (folder === undefined) return Program.fromBuilder(backend, record())
  const entry = join(folder, programKey(backend, options))
  if (existsSync(entry)) {
    try {
      return new Program(backend, entry)
    } catch {
      // Torn by a full disk, or written by another build of TensorFlow: made anew below.
      rmSync(entry, { recursive: true, force: true })
    }
  }
  const builder = record()
  mkdirSync(folder, { recursive: true })
  const draft = join(folder, `.draft-${randomUUID()}`)
  builder.save(draft)
  try {
    renameSync(draft, entry)
  } catch {
    // Another trainer recorded the same program at the same time. Either is good.
    rmSync(draft, { recursive: true, force: true })
  }
  return new Program(backend, entry)
}

/** Names a program by everything it was recorded from. */
export function programKey(
  { facts, tf }: Backend,
  { shape, objectives, forbidden, precision }: ProgramOptions,
): string {
  const described = objectives.map(({ key, temperature, wantsEntropy, inputs }) => ({
    key,
    temperature,
    wantsEntropy,
    inputs,
  }))
  const facets = {
    shape,
    objectives: described,
    forbidden,
    precision,
    tensorflow: facts.version,
    device: facts.device,
    kernels: facts.kernels,
    tfjs: tf.version_core,
  }
  return createHash('sha256').update(JSON.stringify(facets)).update(sourceHash()).digest('hex').slice(0, 32)
}

let knownSourceHash: string | undefined

/** Hash of the code that records, tests left out. */
function sourceHash(): string {
  if (knownSourceHash !== undefined) return knownSourceHash
  const room = dirname(dirname(fileURLToPath(import.meta.url)))
  const hash = createHash('sha256')
  for (const folder of recordingCode) {
    if (!existsSync(join(room, folder))) continue
    const files = readdirSync(join(room, folder), { recursive: true, encoding: 'utf8' })
    for (const file of files.filter((name) => /\.(ts|cc|h)$/.test(name) && !name.endsWith('.test.ts')).sort()) {
      hash.update(`${folder}/${file}\n`).update(readFileSync(join(room, folder, file)))
    }
  }
  knownSourceHash = hash.digest('hex')
  return knownSourceHash
}
