/** The thread in which answers are judged: it may be killed at any moment. */
import { parentPort } from 'node:worker_threads'
import type { SymbolicEngine } from './equal.ts'
import { judge, type MathsCase, type MathsVerdict } from './judge.ts'

export interface Job {
  readonly id: number
  readonly case: MathsCase
}
/** `workedMs`: processor time of this thread since it began. */
export type Reply = { readonly workedMs: number } & (
  | { readonly ready: true }
  /** The symbolic engine is about to be loaded, or has been: that time is not the case's. */
  | { readonly id: number; readonly engine: 'loading' | 'loaded' }
  | { readonly id: number; readonly verdict: MathsVerdict }
  | { readonly id: number; readonly error: string }
)

const port = parentPort!
const reply = (said: DistributiveOmit<Reply, 'workedMs'>) => {
  const { user, system } = process.threadCpuUsage()
  port.postMessage({ ...said, workedMs: (user + system) / 1000 })
}
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

let engine: SymbolicEngine | undefined

async function verdictOf({ id, case: question }: Job): Promise<MathsVerdict> {
  let isNeeded = false
  const first = judge(question, engine ?? (() => void (isNeeded = true)))
  if (first.equal || !isNeeded) return first
  if (!engine) {
    reply({ id, engine: 'loading' })
    const { symbolicEngine } = await import('./symbolic-engine.ts')
    engine = symbolicEngine()
    reply({ id, engine: 'loaded' })
  }
  return judge(question, engine)
}

port.on('message', (job: Job) => {
  verdictOf(job).then(
    (verdict) => reply({ id: job.id, verdict }),
    (error: unknown) => reply({ id: job.id, error: error instanceof Error ? error.message : String(error) }),
  )
})
reply({ ready: true })
