/**
 * The maths verifier: judges raw texts in worker threads that are killed after one second of their own processor time a case, so
 * that no answer, however hostile (9^{9^{9^9}}), stops the process or throws in it. What was not decided in time counts as wrong, and
 * says so. Processor time, not the clock's: on a busy machine a verdict is the one of a quiet one, and a resumed run repeats it.
 */
import { Worker } from 'node:worker_threads'
import { right, wrong, type PromptRow, type Verdict } from '../task.ts'
import type { MathsCase, MathsVerdict } from './judge.ts'
import type { Reply } from './worker.ts'

export interface DecidedVerdict extends MathsVerdict {
  /** False: the case took too long, too much memory, or broke the thread; `equal` is then false. */
  readonly decided: boolean
}

export interface MathsVerifierOptions {
  readonly threads?: number
  readonly limitMs?: number
}

/** Time for loading the symbolic engine, once a thread. */
const engineLoadMs = 30_000

/** Longest text judged, in characters: beyond it only the end is read, where answers stand. */
const maxCharacters = 200_000

export class MathsVerifier {
  private readonly limitMs: number
  private readonly threads: number
  private readonly waiting: { question: MathsCase; settle: (verdict: DecidedVerdict) => void }[] = []
  private readonly seats: Seat[] = []

  constructor({ threads = 2, limitMs = 1000 }: MathsVerifierOptions = {}) {
    this.threads = threads
    this.limitMs = limitMs
  }

  /** Never throws; answers within the limit once a thread is free. */
  judge({ gold, pred, strict = true }: MathsCase): Promise<DecidedVerdict> {
    const question = { gold: gold.slice(-maxCharacters), pred: pred.slice(-maxCharacters), strict }
    return new Promise((settle) => {
      this.waiting.push({ question, settle })
      this.next()
    })
  }

  /** Ends the threads; cases under way are undecided. */
  async close(): Promise<void> {
    this.waiting.splice(0).forEach(({ settle }) => settle(undecided))
    await Promise.all(this.seats.splice(0).map((seat) => seat.close()))
  }

  private next(): void {
    const isIdle = (seat: Seat) => seat.isIdle
    while (this.waiting.length > 0) {
      let seat = this.seats.find(isIdle)
      if (!seat && this.seats.length < this.threads) this.seats.push((seat = new Seat(this.limitMs, () => this.next())))
      if (!seat) return
      const { question, settle } = this.waiting.shift()!
      seat.judge(question, settle)
    }
  }
}

const undecided: DecidedVerdict = { equal: false, answer: null, isReadable: false, decided: false }

/** A place for one thread at a time: a killed one is replaced. */
class Seat {
  private readonly limitMs: number
  private readonly freed: () => void
  private timer: NodeJS.Timeout | undefined
  private worker: Worker
  private ready: Promise<void>
  private finish: ((verdict: DecidedVerdict) => void) | undefined
  private jobs = 0
  /** Of the case under way: what the thread had worked and the clock's time when it began, in ms. */
  private began = { worked: 0, at: 0 }
  /** Processor time that the thread has said of itself, in ms. */
  private worked = 0

  constructor(limitMs: number, freed: () => void) {
    this.limitMs = limitMs
    this.freed = freed
    ;[this.worker, this.ready] = this.start()
  }

  get isIdle(): boolean {
    return this.finish === undefined
  }

  judge(question: MathsCase, settle: (verdict: DecidedVerdict) => void): void {
    const id = ++this.jobs
    this.finish = (verdict) => {
      clearTimeout(this.timer)
      this.finish = undefined
      this.worker.unref()
      settle(verdict)
      this.freed()
    }
    this.worker.ref()
    void this.ready.then(() => {
      if (id !== this.jobs || !this.finish) return
      this.allow(this.limitMs)
      this.worker.postMessage({ id, case: question })
    })
  }

  private allow(ms: number): void {
    clearTimeout(this.timer)
    const { worker } = this
    this.began = { worked: this.worked, at: performance.now() }
    this.timer = setTimeout(() => void this.late(worker, ms), ms)
  }

  /** The clock says that the time is up: the thread's own says whether it is. */
  private async late(worker: Worker, ms: number): Promise<void> {
    const { began, jobs } = this
    const worked = await workedMs(worker)
    if (worker !== this.worker || jobs !== this.jobs || !this.finish || began !== this.began) return
    const left = timeLeft({ limitMs: ms, workedMs: worked - began.worked, passedMs: performance.now() - began.at })
    if (left > 0) this.timer = setTimeout(() => void this.late(worker, ms), left)
    else this.replace()
  }

  async close(): Promise<void> {
    this.finish?.(undecided)
    await this.worker.terminate()
  }

  private start(): [Worker, Promise<void>] {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 512, stackSizeMb: 8 },
    })
    worker.unref()
    let isReady = () => {}
    const ready = new Promise<void>((resolve) => (isReady = resolve))
    worker.on('message', (reply: Reply) => {
      if (worker === this.worker) this.worked = reply.workedMs
      if ('ready' in reply) isReady()
      else if (worker !== this.worker || reply.id !== this.jobs || !this.finish) return
      else if ('engine' in reply) this.allow(reply.engine === 'loading' ? engineLoadMs : this.limitMs)
      else this.finish('verdict' in reply ? { ...reply.verdict, decided: true } : undecided)
    })
    // Out of memory, a stack beyond its limit: the thread is gone.
    worker.on('error', () => {
      isReady()
      if (worker === this.worker) this.replace()
    })
    return [worker, ready]
  }

  private replace(): void {
    void this.worker.terminate()
    this.worked = 0
    ;[this.worker, this.ready] = this.start()
    this.finish?.(undecided)
  }
}

/** How many times the limit may pass on the clock before a thread that got no processor is given up. */
const patience = 10

/**
 * Milliseconds that a case may go on. `workedMs`: the thread's own time on it; NaN where it cannot be asked (deep in one operation):
 * then the clock decides.
 */
export function timeLeft(case_: { limitMs: number; workedMs: number; passedMs: number }): number {
  const { limitMs, workedMs: worked, passedMs } = case_
  if (Number.isNaN(worked) || passedMs >= patience * limitMs) return 0
  return Math.max(0, Math.ceil(limitMs - worked))
}

/** What a thread may take to say how long it has worked: a busy one answers between two instructions. */
const answerMs = 300

/** Processor milliseconds of a thread since it began; NaN where it is gone or does not answer. */
async function workedMs(worker: Worker): Promise<number> {
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<number>((resolve) => (timer = setTimeout(() => resolve(Number.NaN), answerMs)))
  const said = worker.cpuUsage().then(
    ({ user, system }) => (user + system) / 1000,
    () => Number.NaN,
  )
  const worked = await Promise.race([said, silence])
  clearTimeout(timer)
  return worked
}

let common: MathsVerifier | undefined

/** Judges a response against a row's answer; the threads are shared by the process and end with it. */
export async function verifyMaths(row: PromptRow, response: string): Promise<Verdict> {
  common ??= new MathsVerifier()
  const { equal, answer, decided } = await common.judge({ gold: goldText(row.answer), pred: response })
  if (equal) return right(answer ?? row.answer)
  if (!decided) return wrong(answer, 'not decided within a second')
  return answer === null
    ? wrong(null, 'no answer found')
    : wrong(answer, `${answer}, expected ${row.answer.slice(0, 200)}`)
}

/** An answer column holds bare LaTeX or a number more often than a text with an answer in it. */
function goldText(answer: string): string {
  const marked = answer.lastIndexOf('####')
  if (marked >= 0) return `$${answer.slice(marked + 4).trim()}$`
  return /\$|\\boxed|\\\(|\\\[/.test(answer) ? answer : `$${answer.trim()}$`
}
