/**
 * Closes the open files that a process inherited without being meant to. Electron's main leaves its sockets to Chromium's own
 * processes inheritable; an engine that kept them would keep those processes alive after the window is gone, for they wait for
 * the other end to close. Whatever this process opened itself is marked close-on-exec (Node does so with everything), and what
 * survived an exec is not: that tells them apart. Linux only; elsewhere nothing is done.
 */
import { closeSync, readdirSync, readFileSync } from 'node:fs'

/** O_CLOEXEC in the octal `flags` of /proc/self/fdinfo. */
const closeOnExec = 0o2000000
const firstBeyondStandard = 3

export function closeInheritedFiles(): void {
  for (const fd of openFiles()) {
    if (fd < firstBeyondStandard || !isInherited(fd)) continue
    try {
      closeSync(fd)
    } catch {
      // Gone meanwhile, such as the descriptor that listed them.
    }
  }
}

function openFiles(): number[] {
  try {
    return readdirSync('/proc/self/fd').map(Number)
  } catch {
    return []
  }
}

function isInherited(fd: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1]
    return flags !== undefined && (parseInt(flags, 8) & closeOnExec) === 0
  } catch {
    return false
  }
}
