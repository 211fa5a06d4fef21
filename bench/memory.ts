/** Memory: the peak of a training process beside PyTorch's, its first step after the start, and many rollouts in one process. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { median } from '#shared/analysis/order-statistics.ts'
import { presetShape, type ModelPreset } from '#shared/experiment/presets.ts'
import type { BenchOptions } from './measure.ts'
import type { TrainingFacts, RolloutFacts } from './memory-worker.ts'
import { Peer } from './peers.ts'
import { result, type BenchResult } from './report.ts'

const presets: readonly { readonly preset: ModelPreset; readonly vocabSize: number; readonly goal: number | null }[] = [
  { preset: 'lab-3m', vocabSize: 512, goal: 1 / 1.1 },
  { preset: 'lab-15m', vocabSize: 2048, goal: 1 / 1.1 },
]
const [rows, width, steps] = [8, 129, 30]
const startLimit = 5 // seconds to the first step
const answers = 10_000

export async function memory({ threads, repeats, only = '' }: BenchOptions): Promise<BenchResult[]> {
  const results: BenchResult[] = []
  for (const { preset, vocabSize, goal } of presets) {
    const peak = `${preset} ${rows} x ${width - 1}, peak of a training process`
    const start = `${preset}, first step after the start`
    if (![peak, start].some((name) => name.includes(only))) continue
    const [ours, theirs, starts]: [number[], number[], number[]] = [[], [], []]
    let version = ''
    for (let i = 0; i < repeats; i++) {
      const facts = inProcess<TrainingFacts>('train', threads, preset, vocabSize, rows, width, steps)
      ours.push(facts.peakMegabytes)
      starts.push(facts.firstStepSeconds)
      const peer = new Peer('train.py', threads)
      const shape = presetShape(preset, vocabSize, width)
      version = (await peer.ask<{ version: string }>('prepare', { shape, rows, width, threads, compiled: false, bf16: false })).version // prettier-ignore
      await peer.ask('steps', { count: steps })
      theirs.push(await peer.ask<number>('peak'))
      peer.close()
    }
    results.push(
      result({ case: peak, unit: 'MB', better: 'less', goal, ours: median(ours), peer: { name: 'PyTorch eager', version, value: median(theirs) } }),
      result({ case: start, unit: 's', better: 'less', goal: 1, ours: median(starts), peer: { name: 'the limit', version: '', value: startLimit } }),
    ) // prettier-ignore
  }
  const flat = `lab-0.3m, memory after ${answers} rollouts`
  if (flat.includes(only)) {
    const { early, late } = inProcess<RolloutFacts>('rollouts', threads, answers)
    const peer = { name: 'after the first tenth', version: '', value: early }
    results.push(result({ case: flat, unit: 'MB', better: 'less', goal: 0.97, ours: late, peer }))
  }
  return results
}

/** Runs a job of `memory-worker.ts` in a process of its own. */
function inProcess<T>(...args: (string | number)[]): T {
  const script = join(import.meta.dirname, 'memory-worker.ts')
  const { status, stdout } = spawnSync(process.execPath, [script, ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, SWITCHPOINT_BENCH_START: String(Date.now()) },
  })
  if (status !== 0) throw new Error(`The bench's process for ${args.join(' ')} ended with exit code ${status}`)
  return JSON.parse(stdout.toString()) as T
}
