/** How often the kernel has ended a process for want of memory: in our control group where it counts, else on the machine. */
import { readFileSync } from 'node:fs'

/** Reads the counter; null where there is none. A difference between two readings means it happened between them. */
export function memoryKills(): number | null {
  return (
    countIn('/sys/fs/cgroup/memory.events', /^oom_kill (\d+)$/m) ??
    countIn('/sys/fs/cgroup/memory/memory.oom_control', /^oom_kill (\d+)$/m) ??
    countIn('/proc/vmstat', /^oom_kill (\d+)$/m)
  )
}

function countIn(path: string, pattern: RegExp): number | null {
  try {
    const count = pattern.exec(readFileSync(path, 'utf8'))?.[1]
    return count === undefined ? null : Number(count)
  } catch {
    return null
  }
}

/** Did it happen since `before`? Only asked for a process that was ended by SIGKILL or in a way nobody saw. */
export const killedForMemory = (before: number | null, now = memoryKills()): boolean =>
  before !== null && now !== null && now > before
