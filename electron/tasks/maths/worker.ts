/** The thread in which answers are judged: it may be killed at any moment. */
import { parentPort } from 'node:worker_threads'
import type { SymbolicEngine } from './equal.ts'
import { judge, type MathsCase, type MathsVerdict } from './judge.ts'

export interface Job {
  readonly id: number
  readonly case: MathsCase
}
export type Reply =
  | { readonly ready: true }
  /** The symbolic engine is about to be loaded, or has been: that time is not the case's. */
  | { readonly id: number; readonly engine: 'loading' | 'loaded' }
  | { readonly id: number; readonly verdict: MathsVerdict }
  | { readonly id: number; readonly error: string }

const port = parentPort!
let engine: SymbolicEngine | undefined

async function verdictOf({ id, case: question }: Job): Promise<MathsVerdict> {
  let isNeeded = false
  const first = judge(question, engine ?? (() => void (isNeeded = true)))
  if (first.equal || !isNeeded) return first
  if (!engine) {
    port.postMessage({ id, engine: 'loading' } satisfies Reply)
    const { symbolicEngine } = await import('./symbolic-engine.ts')
    engine = symbolicEngine()
    port.postMessage({ id, engine: 'loaded' } satisfies Reply)
  }
  return judge(question, engine)
}

port.on('message', (job: Job) => {
  verdictOf(job).then(
    (verdict) => port.postMessage({ id: job.id, verdict } satisfies Reply),
    (error: unknown) =>
      port.postMessage({ id: job.id, error: error instanceof Error ? error.message : String(error) } satisfies Reply),
  )
})
port.postMessage({ ready: true } satisfies Reply)
