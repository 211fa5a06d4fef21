/**
 * Who a process is: its pid and the moment it was born. A pid alone may belong to someone else by the time one asks.
 * A zombie counts as gone: in a container nobody may ever collect it.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { platform } from 'node:os'

export interface ProcessIdentity {
  readonly pid: number
  readonly born: string
}

/** When a living process was born, in a form that only compares; null when there is none with that pid. */
export function bornAt(pid: number): string | null {
  if (platform() === 'linux') return bornOnLinux(pid)
  try {
    const [state = '', ...started] = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
    })
      .trim()
      .split(/\s+/)
    return state === '' || state.startsWith('Z') ? null : started.join(' ')
  } catch {
    return null
  }
}

function bornOnLinux(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold spaces and brackets; state is the first field after it, the start time the 20th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null)
  } catch {
    return null
  }
}

export const isAlive = ({ pid, born }: ProcessIdentity): boolean => bornAt(pid) === born

/** This process. */
export const ownIdentity = (): ProcessIdentity => ({ pid: process.pid, born: bornAt(process.pid) ?? '' })
