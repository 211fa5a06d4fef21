/** Fits and bootstraps of the sigmoid law beside scipy's curve_fit: same curves, same machine, turn by turn. */
import { Worker } from 'node:worker_threads'
import { analyzeBranch } from '#shared/analysis/branch.ts'
import { branchProblem, fitSigmoid } from '#shared/analysis/fit.ts'
import { median } from '#shared/analysis/order-statistics.ts'
import { classifyRegimes } from '#shared/analysis/regimes.ts'
import { benchBranches, validOnly, type BenchBranch } from './bench-curves.ts'
import { Peer } from './peers.ts'
import { result, type BenchResult } from './report.ts'

const draws = 200
const wantedCurves = 37
/** Promises in the reader's own units: seconds for all bootstraps on 2 cores, milliseconds for a refit while dragging. */
const bootstrapSeconds = 3
const refitMs = 16

export interface AnalysisBenchOptions {
  readonly threads: number
  readonly repeats: number
  readonly curves?: string
}

export async function analysis({ threads, repeats, curves }: AnalysisBenchOptions): Promise<BenchResult[]> {
  const found = benchBranches(curves).map(validOnly)
  const branches = Array.from({ length: wantedCurves }, (_, i) => found[i % found.length]!)
  const longest = branches.reduce((a, b) => (b.points.length > a.points.length ? b : a))
  const theirs = branches.map(forPeer)

  const peer = new Peer('analysis.py', 1, 'analysis-requirements.txt')
  const pool = Array.from({ length: threads }, () => new Worker(new URL('./analysis-worker.ts', import.meta.url)))
  try {
    const version = await peer.ask<string>('version')
    const scipy = (value: number) => ({ name: "scipy's curve_fit", version, value })
    const atMost = (limit: number, what: { case: string; unit: string; ours: number; value: number }): BenchResult =>
      result({
        case: what.case,
        unit: what.unit,
        better: 'less',
        goal: what.value / limit,
        ours: what.ours,
        peer: scipy(what.value),
      })

    await bootstrapAll(pool, branches)
    const [ourSeconds, theirSeconds]: [number[], number[]] = [[], []]
    for (let repeat = 0; repeat < repeats; repeat++) {
      ourSeconds.push(await bootstrapAll(pool, branches))
      const { seconds } = await peer.ask<{ seconds: number }>('bootstraps', { curves: theirs, draws, threads })
      theirSeconds.push(seconds)
      process.stderr.write(
        `bench: round ${repeat + 1} of ${repeats}: ${ourSeconds.at(-1)!.toFixed(2)} s, scipy ${seconds.toFixed(1)} s\n`,
      )
    }
    const theirRefits = await peer.ask<number[]>('refit', { curve: forPeer(longest), repeats: 50 })
    const squares = await peer.ask<(number | null)[]>('squares', { curves: found.map(forPeer) })
    return [
      atMost(bootstrapSeconds, {
        case: `${wantedCurves} curves x ${draws} bootstrap refits, ${threads} workers`,
        unit: 's',
        ours: median(ourSeconds),
        value: median(theirSeconds),
      }),
      atMost(refitMs, {
        case: `a refit of ${longest.points.length} points and the regimes of 400 validations`,
        unit: 'ms',
        ours: median(refits(longest, 50)),
        value: median(theirRefits),
      }),
      result({
        case: 'a branch whole: collapse, fit, profile, rivals; peer: one fit',
        unit: 'ms',
        better: 'less',
        goal: null,
        ours: median(wholeBranch(longest, 25)),
        peer: scipy(median(theirRefits)),
      }),
      result({
        case: `of ${found.length} curves, those with squares within 1e-6 of the least found`,
        unit: 'curves',
        better: 'more',
        goal: 1,
        ...leastSquares(found, squares, scipy),
      }),
    ]
  } finally {
    peer.close()
    for (const worker of pool) await worker.terminate()
  }
}

const forPeer = (branch: BenchBranch) => ({
  compute: branch.points.map((p) => p.compute),
  gain: branch.points.map((p) => p.score - branch.pSft),
  highest: 100 - branch.pSft,
})

/** Seconds until the pool has bootstrapped all branches, one branch a message. */
async function bootstrapAll(pool: readonly Worker[], branches: readonly BenchBranch[]): Promise<number> {
  const start = performance.now()
  const queue = [...branches]
  await Promise.all(
    pool.map(async (worker) => {
      for (let branch = queue.shift(); branch !== undefined; branch = queue.shift()) {
        const sent = branch
        await new Promise<void>((done, failed) => {
          worker.once('message', () => done())
          worker.once('error', failed)
          worker.postMessage({ branch: sent, draws })
        })
        worker.removeAllListeners('error')
      }
    }),
  )
  return (performance.now() - start) / 1000
}

function timed(repeats: number, work: () => void): number[] {
  for (let warmUp = 0; warmUp < 5; warmUp++) work()
  return Array.from({ length: repeats }, () => {
    const start = performance.now()
    work()
    return performance.now() - start
  })
}

/** What dragging a threshold or a marker costs. */
function refits(branch: BenchBranch, repeats: number): number[] {
  const validations = Array.from({ length: 400 }, (_, i) => ({
    step: i,
    loss: 0.4 + 0.3 / (1 + i / 20) + 0.0001 * i + 0.001 * Math.sin(i * 7),
  }))
  return timed(repeats, () => {
    fitSigmoid(branchProblem(branch.points, branch.pSft))
    classifyRegimes(validations)
  })
}

const wholeBranch = (branch: BenchBranch, repeats: number) => timed(repeats, () => void analyzeBranch(branch))

/** On how many curves each side has the least squares of the two (to a millionth). */
function leastSquares(
  found: readonly BenchBranch[],
  theirs: readonly (number | null)[],
  scipy: (value: number) => BenchResult['peer'],
) {
  let [ours, peers] = [0, 0]
  found.forEach((branch, i) => {
    const own = fitSigmoid(branchProblem(branch.points, branch.pSft)).rss
    const other = theirs[i] ?? Infinity
    if (own <= other * (1 + 1e-6)) ours++
    if (other <= own * (1 + 1e-6)) peers++
  })
  return { ours, peer: scipy(peers) }
}
