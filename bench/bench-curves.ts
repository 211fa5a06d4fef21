/** Curves for the benches: a file, the published ones where the data folder is, else synthetic ones of the same kind. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '#shared/contract/failure.ts'
import { findCollapse } from '#shared/analysis/collapse.ts'
import { readCurveFile } from '#shared/analysis/curve-files.ts'
import { diceFor } from '#shared/analysis/dice.ts'
import { sigmoid } from '#shared/analysis/sigmoid.ts'
import { branchCompute, branchStart, checkpointOf, performance } from '#shared/analysis/stitch.ts'
import type { RecordedBranch } from '#shared/analysis/switch-replay.ts'
import type { CurveSet } from '#shared/analysis/types.ts'
import { dataFolder } from './data-folder.ts'

export interface BenchBranch extends RecordedBranch {
  readonly dataset: string
}

/** RL branches of a curve file, or of what is at hand. */
export function benchBranches(file: string | undefined): BenchBranch[] {
  const set = benchCurves(file)
  return set === null ? syntheticBranches() : branchesOf(set)
}

/** The curve file, or the published curves; null where neither is at hand. Said on stderr. */
export function benchCurves(file: string | undefined): CurveSet | null {
  const published = join(dataFolder(), 'paper', 'retu-curves.json')
  const path = file ?? (existsSync(published) ? published : null)
  if (path === null) {
    process.stderr.write('bench: no curve file given and no published curves at hand\n')
    return null
  }
  if (!existsSync(path)) {
    throw new Failure({
      code: 'file.missing',
      message: 'There is no such curve file.',
      input: path,
      remedy: 'Give --curves FILE.',
    })
  }
  process.stderr.write(`bench: curves of ${path}\n`)
  return readCurveFile(readFileSync(path, 'utf8'), path)
}

function branchesOf(set: CurveSet): BenchBranch[] {
  return set.curves.flatMap((curve) => {
    const pSft = branchStart(curve, set)
    if (curve.stage !== 'rl' || pSft === null) return []
    const isBase = curve.branchStep === 0 || branchCompute(curve, set) === 0
    const points = performance(curve, set).filter((p) => p.compute > 0)
    return [
      {
        id: curve.id,
        dataset: curve.dataset,
        pSft,
        isBase,
        valLoss: checkpointOf(curve, set)?.valLoss ?? null,
        points,
      },
    ]
  })
}

function syntheticBranches(): BenchBranch[] {
  const dice = diceFor(1)
  return Array.from({ length: 5 }, (_, d) =>
    Array.from({ length: 4 }, (_, b): BenchBranch => {
      const isBase = b === 0
      const pSft = isBase ? 46 : 68 + 3 * b + dice.normal()
      const law = {
        A: pSft + (100 - pSft) * (0.15 + 0.15 * dice.uniform()),
        B: Math.exp(0.4 * dice.normal()),
        cMid: 5 + 25 * dice.uniform(),
        eps: 0,
      }
      const n = 20 + dice.below(61)
      const points = Array.from({ length: n }, (_, i) => ({
        compute: 3 * (i + 1),
        score: sigmoid(3 * (i + 1), law, pSft) + 0.4 * dice.normal(),
      }))
      return {
        id: `set-${d}/rl-${b}`,
        dataset: `set-${d}`,
        pSft,
        isBase,
        valLoss: isBase ? 0.7 : 0.45 - 0.01 * b,
        points,
      }
    }),
  ).flat()
}

/** What a law is fitted to: collapse and broken points set aside. */
export function validOnly(branch: BenchBranch): BenchBranch {
  const { excluded } = findCollapse([{ compute: 0, score: branch.pSft }, ...branch.points])
  return { ...branch, points: branch.points.filter((_, i) => excluded[i + 1] === null) }
}
