/** What the machine is and what it has left. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, statfsSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { promisify } from 'node:util'
import { isWebAssemblyChosen } from '#shared/experiment/webassembly.ts'

export interface Machine {
  readonly cpu: string
  /** Threads this process may use: what the container or the affinity mask leaves. */
  readonly threads: number
  readonly memoryBytes: number
  readonly gpu: string | null
}

const run = promisify(execFile)

/** Looked up once. */
let known: Promise<Machine> | undefined
export const machine = (): Promise<Machine> => (known ??= look())

async function look(): Promise<Machine> {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown processor',
    threads: availableParallelism(),
    memoryBytes: memoryLimit() ?? totalmem(),
    gpu: await gpuName(),
  }
}

/** Speeds and times are only comparable on one machine and backend: this names it. */
export const machineKey = ({ cpu, threads }: Machine): string => {
  const backend = isWebAssemblyChosen(process.env) ? ' on WebAssembly' : ''
  return createHash('sha256').update(`${cpu} x ${threads}${backend}`).digest('hex').slice(0, 16)
}

/** The container's own limit, where it has one below the machine's memory (bytes). */
function memoryLimit(): number | null {
  for (const file of ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes']) {
    const limit = Number(readText(file))
    if (Number.isFinite(limit) && limit > 0 && limit < totalmem()) return limit
  }
  return null
}

async function gpuName(): Promise<string | null> {
  try {
    const { stdout } = await run('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], { timeout: 3_000 })
    return stdout.split('\n')[0]?.trim() || null
  } catch {
    return null
  }
}

export interface Disk {
  readonly freeBytes: number
  readonly totalBytes: number
}

/** Of the file system that holds `folder`; free means free for this user. */
export function diskOf(folder: string): Disk {
  const { bavail, blocks, bsize } = statfsSync(folder)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}

/** Resident memory of a process, bytes; null where it cannot be read. */
export function residentBytes(pid: number): number | null {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readText(`/proc/${pid}/status`))?.[1]
  return kilobytes === undefined ? null : Number(kilobytes) * 1024
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
