import { describe, expect, it } from 'vitest'
import { readCurveFile } from '#shared/analysis/curve-files.ts'
import { planRuns } from './plan-runs.ts'

const plan = (file: object) => planRuns(readCurveFile(JSON.stringify(file), 'curves.json'))
const of = (planned: ReturnType<typeof planRuns>, id: string) => planned.find(({ curve }) => curve.id === id)!

const sft = (change: object = {}) => ({
  ...{ id: 'a/sft', dataset: 'a', stage: 'sft' },
  points: [
    { flops_e18: 0, overall: 40 },
    { flops_e18: 10, overall: 60, val_loss: 0.5 },
    { flops_e18: 20, overall: 62, val_loss: 0.45 },
  ],
  ...change,
})
const branch = (step: number, compute: number, change: object = {}) => ({
  ...{ id: `a/rl-${step}`, dataset: 'a', stage: 'rl', branch_step: step, branch_flops_e18: compute, P_sft: 62 },
  points: [
    { flops_e18: 1, overall: 65 },
    { flops_e18: 2, overall: 66 },
  ],
  ...change,
})

describe('planning runs', () => {
  it('works steps out from compute by the checkpoints of the branches', () => {
    const planned = plan({ curves: [sft(), branch(200, 20)] })
    expect(of(planned, 'a/sft').steps).toBe('derived')
    expect(of(planned, 'a/sft').points.map(({ step }) => step)).toEqual([0, 100, 200])
    expect(of(planned, 'a/rl-200')).toMatchObject({ parent: 'a/sft', parentStep: 200, beforeFlops: 20e18 })
  })

  it('starts a branch with the score of its checkpoint, and counts where nothing says steps', () => {
    const { points, steps, paradigm } = of(plan({ rl: 'DAPO', curves: [sft(), branch(200, 20)] }), 'a/rl-200')
    expect(steps).toBe('counted')
    expect(paradigm).toBe('sequential')
    expect(points.map(({ step, flops, score }) => [step, flops, score])).toEqual([
      [0, 0, 0.62],
      [1, 1e18, 0.65],
      [2, 2e18, 0.66],
    ])
  })

  it('takes the file’s steps where they are steps, and never a later point at step 0', () => {
    const given = branch(200, 20, {
      points: [
        { flops_e18: 1, step: 10, overall: 65 },
        { flops_e18: 2, step: 20, overall: 66 },
      ],
    })
    expect(of(plan({ curves: [sft(), given] }), 'a/rl-200').points.map(({ step }) => step)).toEqual([0, 10, 20])
    const odd = branch(200, 20, {
      points: [
        { flops_e18: 1, step: 0, overall: 65 },
        { flops_e18: 2, step: 10, overall: 66 },
      ],
    })
    const worked = of(plan({ curves: [sft(), odd] }), 'a/rl-200')
    expect([worked.steps, worked.points.map(({ step }) => step)]).toEqual(['derived', [0, 5, 10]])
  })

  it('counts where checkpoints contradict each other, and then puts branches on the counted axis', () => {
    const planned = plan({ curves: [sft(), branch(200, 20), branch(50, 10)] })
    expect(of(planned, 'a/sft').steps).toBe('counted')
    expect(of(planned, 'a/rl-200')).toMatchObject({ parentStep: 2 })
    expect(of(planned, 'a/rl-200').remarks.join()).toMatch(/step 200 of the file, which is point 2/)
  })

  it('is pure RL from compute 0, and a parent stands before its branches', () => {
    const planned = plan({ curves: [branch(0, 0, { P_sft: 40 }), sft()] })
    expect(planned.map(({ curve }) => curve.id)).toEqual(['a/sft', 'a/rl-0'])
    expect(of(planned, 'a/rl-0')).toMatchObject({ paradigm: 'rl', parentStep: 0, beforeFlops: 0 })
  })

  it('tells second runs of one method apart as seeds', () => {
    const planned = plan({ curves: [sft(), branch(200, 20), branch(200, 20, { id: 'again' })] })
    expect([of(planned, 'a/rl-200').seed, of(planned, 'again').seed]).toEqual([1, 2])
  })

  it('weighs benchmarks by their sizes, the same where there are none, and says so', () => {
    const points = [{ flops: 1, scores: { x: 100, y: 0 } }]
    const one = { id: 'b', dataset: 'b', stage: 'sft', points }
    expect(plan({ benchmarks: { x: 3, y: 1 }, curves: [one] })[0]!.points[0]!.score).toBe(0.75)
    const [equal] = plan({ curves: [one] })
    expect(equal!.points[0]!.score).toBe(0.5)
    expect(equal!.remarks.join()).toMatch(/weigh the same/)
  })

  it('stands alone where the file does not hold the parent', () => {
    const [alone] = plan({ curves: [branch(200, 20, { parent: 'elsewhere' })] })
    expect(alone).toMatchObject({ parent: null, parentStep: null, paradigm: 'sequential' })
    expect(alone!.remarks.join()).toMatch(/does not hold its parent, elsewhere/)
  })

  it('says where no law can be fitted for want of a start', () => {
    const [lost] = plan({ curves: [branch(200, 20, { P_sft: null })] })
    expect(lost!.points.map(({ step }) => step)).toEqual([1, 2])
    expect(lost!.remarks.join()).toMatch(/score of its checkpoint is not known/)
  })

  it('keeps a branch that is known by its printed ceiling alone', () => {
    const [printed] = plan({ curves: [branch(200, 20, { A_post: 84, points: [] })] })
    expect(printed!.points.map(({ step, score }) => [step, score])).toEqual([[0, 0.62]])
  })
})
