/**
 * Where a workspace's socket lies: in the workspace, unless its path is too long for a Unix socket (108 bytes with the final
 * zero; the kernel cuts silently) or holds characters that a `ws+unix:` address cannot carry. Then in a folder of this user
 * under the system's run folder, named by the workspace's hash. Always the same for one workspace, so that trainers find the
 * next engine where they left the last one.
 */
import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync } from 'node:fs'
import { platform, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { Failure } from '#shared/contract/failure.ts'

const longest = 104 // macOS; Linux takes 107
const plain = /^[A-Za-z0-9_./-]+$/

/** Pure: the socket's path for a workspace, given the folder for those that cannot hold their own. */
export function socketPath(workspace: string, shortFolder: string): string {
  const hash = createHash('sha256').update(workspace).digest('hex').slice(0, 24)
  if (platform() === 'win32') return `\\\\.\\pipe\\switchpoint-${hash}`
  const own = join(workspace, 'engine.sock')
  return Buffer.byteLength(own) <= longest && plain.test(own) ? own : join(shortFolder, `${hash}.sock`)
}

/** This user's folder for short socket paths: under XDG_RUNTIME_DIR, else the temporary folder. Not made yet. */
export function shortFolder(env: NodeJS.ProcessEnv = process.env): string {
  const run = env.XDG_RUNTIME_DIR
  if (run && run.startsWith('/') && plain.test(run) && Buffer.byteLength(run) < 60) return join(run, 'switchpoint')
  const temp = plain.test(tmpdir()) && Buffer.byteLength(tmpdir()) < 60 ? tmpdir() : '/tmp'
  return join(temp, `switchpoint-${userInfo().uid}`)
}

/** Makes the short folder for this user alone. In a shared /tmp someone else may have taken the name: refused then. */
export function makeShortFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  if (!found.isDirectory() || (platform() !== 'win32' && found.uid !== userInfo().uid)) {
    throw new Failure({
      code: 'file.unreadable',
      message: 'The folder for sockets belongs to someone else.',
      input: folder,
      remedy: 'Set XDG_RUNTIME_DIR to a folder of your own, or use a workspace with a shorter path.',
    })
  }
  chmodSync(folder, 0o700)
}
