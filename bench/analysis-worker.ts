/** A worker of the analysis bench: bootstraps the branches it is sent. */
import { parentPort } from 'node:worker_threads'
import { branchProblem, fitSigmoid } from '#shared/analysis/fit.ts'
import { bootstrapSigmoid } from '#shared/analysis/intervals.ts'
import type { BenchBranch } from './bench-curves.ts'

parentPort!.on('message', ({ branch, draws }: { branch: BenchBranch; draws: number }) => {
  const problem = branchProblem(branch.points, branch.pSft)
  const { ceilings } = bootstrapSigmoid(problem, fitSigmoid(problem), { draws, seed: 1 })
  parentPort!.postMessage(ceilings)
})
