/** Writes a checkpoint folder so that it is whole or absent. */
import { createHash } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { PolicyState } from '../../policy.ts'
import { isDiskFull, updateHash, workspaceFull, writeAll } from '../../disk.ts'
import { checkpointFiles, type CheckpointState } from './checkpoint.ts'
import { encodeTensors, type NamedTensor } from './safetensors.ts'

const temporary = /^\.(writing|replaced|removed)-/

/**
 * Writes `policy` (weights and moments) and `state` as the folder `folder`; an older checkpoint there is replaced.
 * Returns the bytes written. Throws `workspace.full` when the disk is full: nothing is left behind then, and every earlier
 * checkpoint stands.
 */
export function writeCheckpoint(
  folder: string,
  policy: PolicyState,
  state: Omit<CheckpointState, 'sha256' | 'optimiserStep'>,
): number {
  if (!policy.moments) throw new Error('a checkpoint needs the optimiser moments: read them with { moments: true }')
  const parent = dirname(folder)
  const draft = sibling(folder, 'writing')
  try {
    mkdirSync(parent, { recursive: true })
    rmSync(draft, { recursive: true, force: true })
    mkdirSync(draft)
    const model = writeFile(join(draft, checkpointFiles.model), encodeTensors(weights(policy), { format: 'pt' }))
    const optimizer = writeFile(join(draft, checkpointFiles.optimizer), encodeTensors(moments(policy, policy.moments)))
    const whole: CheckpointState = {
      ...state,
      optimiserStep: policy.optimiserStep,
      sha256: { model: model.sha256, optimizer: optimizer.sha256 },
    }
    const text = writeFile(join(draft, checkpointFiles.state), [Buffer.from(`${JSON.stringify(whole, null, 2)}\n`)])
    syncFolder(draft)
    moveInto(draft, folder)
    syncFolder(parent)
    return model.bytes + optimizer.bytes + text.bytes
  } catch (cause) {
    rmSync(draft, { recursive: true, force: true })
    if (isDiskFull(cause)) throw workspaceFull(folder, cause)
    throw cause
  }
}

/** Removes a checkpoint: renamed first, so that a reader never meets half of one. False when it is pinned or gone. */
export function removeCheckpoint(folder: string): boolean {
  if (!existsSync(folder) || existsSync(join(folder, checkpointFiles.pinned))) return false
  const doomed = sibling(folder, 'removed')
  renameSync(folder, doomed)
  rmSync(doomed, { recursive: true, force: true })
  return true
}

/** Clears what a killed trainer left half written. */
export function clearDrafts(checkpoints: string): void {
  if (!existsSync(checkpoints)) return
  for (const name of readdirSync(checkpoints))
    if (temporary.test(name)) rmSync(join(checkpoints, name), { recursive: true, force: true })
}

const sibling = (folder: string, purpose: 'writing' | 'replaced' | 'removed') =>
  join(dirname(folder), `.${purpose}-${folder.slice(dirname(folder).length + 1)}`)

const weights = (policy: PolicyState): NamedTensor[] =>
  [...policy.weights].map(([name, { shape, data }]) => ({ name, shape, data }))

function moments(policy: PolicyState, { first, second }: NonNullable<PolicyState['moments']>): NamedTensor[] {
  return [...policy.weights].flatMap(([name, { shape }]) => [
    { name: `first.${name}`, shape, data: present(first, name) },
    { name: `second.${name}`, shape, data: present(second, name) },
  ])
}

function present(values: ReadonlyMap<string, Float32Array>, name: string): Float32Array {
  const data = values.get(name)
  if (!data) throw new Error(`the optimiser has no moments for ${name}`)
  return data
}

function writeFile(path: string, chunks: readonly Uint8Array[]): { sha256: string; bytes: number } {
  const hash = createHash('sha256')
  const file = openSync(path, 'wx')
  let bytes = 0
  try {
    for (const chunk of chunks) {
      updateHash(hash, chunk)
      writeAll(file, chunk)
      bytes += chunk.byteLength
    }
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  return { sha256: hash.digest('hex'), bytes }
}

function moveInto(draft: string, folder: string): void {
  const replaced = sibling(folder, 'replaced')
  if (existsSync(folder)) renameSync(folder, replaced)
  renameSync(draft, folder)
  rmSync(replaced, { recursive: true, force: true })
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
