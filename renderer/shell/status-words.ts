/** The status line's words, from the pulse and the line's state. Pure. */
import type { Pulse, SystemInfo } from '#shared/contract/contract.ts'
import type { LineState } from '../rpc/connection.ts'
import { compact, counted } from '../format/numbers.ts'
import { timeLeft } from '../format/times.ts'
import { backendTitle, properName } from '../format/words.ts'

export interface StatusWords {
  readonly beat: 'working' | 'idle' | 'trouble'
  readonly activity: string
  readonly queued: string
  readonly backend: string
  readonly engine: string
}

export function statusWords(line: LineState, pulse: Pulse | null, info: SystemInfo | null): StatusWords {
  const queued = pulse && pulse.queued > 0 ? `${pulse.queued} queued` : ''
  const backend = backendWords(info)
  if (line !== 'open') {
    const engine = line === 'connecting' ? 'connecting to the engine' : 'engine stopped, recovering'
    return {
      beat: 'trouble',
      activity: line === 'connecting' ? 'Connecting' : 'Recovering',
      queued: '',
      backend,
      engine,
    }
  }
  return {
    beat: pulse && pulse.running > 0 ? 'working' : 'idle',
    activity: activityWords(pulse),
    queued,
    backend,
    engine: 'engine ok',
  }
}

function activityWords(pulse: Pulse | null): string {
  if (!pulse || pulse.running === 0) return 'Nothing is training'
  const parts = [`${counted(pulse.running, 'run')} training`]
  if (pulse.tokensPerSecond) parts.push(`${compact(pulse.tokensPerSecond)} tok/s`)
  if (pulse.secondsLeft !== null) parts.push(timeLeft(pulse.secondsLeft))
  return parts.join(' · ')
}

function backendWords(info: SystemInfo | null): string {
  if (!info) return ''
  const { backend, backendProblem, machine } = info
  // Loading TensorFlow to ask it takes seconds on a workspace's first start.
  if (!backend) return `${machine.threads} threads · ${backendProblem ? 'no training backend' : 'asking TensorFlow…'}`
  return `${properName(backend.device)}, ${counted(backend.threads, 'thread')} · ${backendTitle(backend)}${backend.precision[0] ? ` · ${backend.precision[0]}` : ''}`
}
