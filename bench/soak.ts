/**
 * A soak: the real trainer process, SFT for half of the minutes, then GRPO from its last checkpoint for the other half, on the lab
 * task with validations, evaluations and checkpoints on their way. Its resident memory is sampled from outside every ten seconds;
 * a stage is flat when its slope, after the first fifth, is at most `flatSlope`.
 */
import { spawn, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '#shared/contract/failure.ts'
import { median } from '#shared/analysis/order-statistics.ts'
import { writeLabRun, type StageInput } from '../electron/trainer/fixtures/lab-run.ts'
import type { BenchOptions } from './measure.ts'
import { result, type BenchResult } from './report.ts'
import { slopeOf, type MemorySample } from './memory-slope.ts'

const sampleEveryMs = 10_000
/** Megabytes in ten minutes. */
const flatSlope = 5
/** Of a stage: its graphs are recorded and the allocator's pools filled. */
const warmUpShare = 0.2

/** What a soak adds to a result. */
export interface SoakFacts {
  readonly minutes: number
  readonly steps: number
  readonly slopeMegabytesPer10Minutes: number
  readonly verdict: 'flat' | 'growing'
  readonly samples: readonly MemorySample[]
}

const open = 10_000_000 // steps: the minutes end the stage
const evaluation = { every: 500, samples: 2, data: { lab: { set: 'uniform', rows: 64, seed: 9001 } } } as const
const stages = {
  sft: { kind: 'sft', batch: 32, learningRate: 3e-4, evaluation, validation: { every: 500 }, checkpoints: { keepLast: 2 } },
  grpo: { kind: 'rl', prompts: 16, answers: 8, updatesPerRollout: 2, evaluation: { ...evaluation, every: 50 }, checkpoints: { keepLast: 2 } },
} satisfies Record<string, StageInput> // prettier-ignore

export async function soak({ threads, minutes = 30 }: BenchOptions): Promise<BenchResult[]> {
  const root = mkdtempSync(join(tmpdir(), 'soak-'))
  const results: BenchResult[] = []
  let start: { folder: string; step: number; resume: false } | null = null
  try {
    for (const [name, stage] of Object.entries(stages)) {
      const budget = { steps: open, minutes: minutes / 2 }
      const folder = join(root, name)
      writeLabRun({ folder, stage: { ...stage, budget }, train: { set: 'uniform', rows: 4096, seed: 2 }, validation: 100, test: 64, run: name, start, threads: Math.min(threads, availableParallelism()) }) // prettier-ignore
      const samples = await trained(folder, name)
      const step = lastCheckpoint(folder)
      results.push(resultOf(name, minutes / 2, step, samples))
      start = { folder: join(folder, 'checkpoints', String(step)), step, resume: false }
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
  return results
}

/** Runs the trainer on `folder` to its end. @throws Failure 'run.crashed' with the end of its log. */
async function trained(folder: string, name: string): Promise<MemorySample[]> {
  const main = join(import.meta.dirname, '..', 'electron', 'trainer', 'main.ts')
  const child = spawn(process.execPath, [main, folder], { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.on('data', (data) => (log = `${log}${data}`.slice(-4000)))
  const began = performance.now()
  const samples: MemorySample[] = []
  const timer = setInterval(() => {
    const megabytes = residentMegabytes(child.pid!)
    if (megabytes === null) return
    samples.push({ seconds: Math.round((performance.now() - began) / 1000), megabytes })
    if (samples.length % 6 === 0) process.stderr.write(`bench: ${name}, ${samples.length / 6} min: ${megabytes} MB\n`)
  }, sampleEveryMs)
  const [code] = (await once(child, 'exit')) as [number | null]
  clearInterval(timer)
  if (code === 0) return samples
  throw new Failure({ code: 'run.crashed', message: `The ${name} stage of the soak ended with exit code ${code}.`, input: folder, remedy: log }) // prettier-ignore
}

/** Of another process; null once it is gone. */
function residentMegabytes(pid: number): number | null {
  try {
    if (process.platform === 'linux') {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      const kilobytes = /VmRSS:\s*(\d+)/.exec(status)?.[1]
      return kilobytes === undefined ? null : rounded(Number(kilobytes) / 1024)
    }
    return rounded(Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024)
  } catch {
    return null
  }
}

const rounded = (megabytes: number): number => Math.round(megabytes * 10) / 10

const lastCheckpoint = (folder: string): number =>
  Math.max(...readdirSync(join(folder, 'checkpoints')).filter((name) => /^\d+$/.test(name)).map(Number)) // prettier-ignore

function resultOf(
  name: string,
  minutes: number,
  steps: number,
  samples: readonly MemorySample[],
): BenchResult & { readonly soak: SoakFacts } {
  const end = samples.at(-1)?.seconds ?? 0
  const warm = samples.filter(({ seconds }) => seconds >= warmUpShare * end)
  const tenth = Math.max(1, Math.floor(warm.length / 10))
  const level = (of: readonly MemorySample[]) => median(of.map(({ megabytes }) => megabytes))
  const slope = slopeOf(warm) * 600
  const verdict = slope <= flatSlope ? 'flat' : 'growing'
  return {
    ...result({
      case: `lab-0.3m ${name}, resident memory over ${minutes} min: ${verdict}, ${slope.toFixed(1)} MB in 10 min`,
      unit: 'MB',
      better: 'less',
      goal: null,
      ours: level(warm.slice(-tenth)),
      peer: { name: 'after its warm-up', version: '', value: level(warm.slice(0, tenth)) },
    }),
    met: verdict === 'flat',
    soak: { minutes, steps, slopeMegabytesPer10Minutes: slope, verdict, samples },
  }
}
