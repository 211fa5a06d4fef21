/**
 * Makes resources/example/printed-values.json of the values that the paper prints in its main figure (Ding et al., arXiv
 * 2512.11470, Fig. 3): scores before RL, ceilings after it, regimes as shaded, lowest validation losses. The raw curves are
 * not ours to ship and none of them is read here.
 *   SWITCHPOINT_DATA=DIR node scripts/example/printed-values.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const data = process.env['SWITCHPOINT_DATA'] ?? join(import.meta.dirname, '..', '..', '..', 'shared')
const target = join(import.meta.dirname, '..', '..', 'resources', 'example', 'printed-values.json')

/**
 * Steps between checkpoints (appendix C.1) and regimes as shaded: from which checkpoint on each holds.
 * @type {Record<string, { steps: number[], regimes: [string, number][] }>}
 */
const panels = {
  SFT889K: {
    steps: [0, 360, 720, 1080, 1440, 1800, 3600, 5400, 7200, 9000, 10800, 12600, 14080],
    regimes: [
      ['Adaptive', 0],
      ['Stable', 698.4],
    ],
  },
  S1K: {
    steps: [0, 62, 124, 186, 248, 310],
    regimes: [
      ['Adaptive', 0],
      ['Stable', 0.6],
      ['Mild over-fit', 1.7],
    ],
  },
  Easy102K: {
    steps: [0, 360, 720, 1080, 1440, 1800, 6120],
    regimes: [
      ['Adaptive', 0],
      ['Stable', 19.8],
      ['Mild over-fit', 59.3],
      ['Severe over-fit', 335.9],
    ],
  },
  Uniform102K: {
    steps: [0, 360, 720, 1080, 1440, 1800],
    regimes: [
      ['Adaptive', 0],
      ['Stable', 69.3],
      ['Mild over-fit', 138.7],
    ],
  },
  Hard102K: {
    steps: [0, 360, 720, 1080, 1440, 1800],
    regimes: [
      ['Adaptive', 0],
      ['Stable', 178.5],
    ],
  },
}

const printed = JSON.parse(readFileSync(join(data, 'paper', 'figure-values.json'), 'utf8'))
const first = 'SFT889K'
const curves = Object.entries(panels).flatMap(([dataset, { steps, regimes }]) => {
  const { x, P_sft: scores, A_post: ceilings, minValLoss } = printed.panels[dataset]
  if (x.length !== steps.length) throw new Error(`${dataset} prints ${x.length} checkpoints, not ${steps.length}`)
  /** @param {number} at */
  const regimeAt = (at) => regimes.findLast(([, from]) => from <= at)?.[0]
  return [
    {
      id: `${dataset}/sft`,
      dataset,
      stage: 'sft',
      min_val_loss: minValLoss,
      points: steps.map((step, i) => ({ flops_e18: x[i], step, overall: scores[i] })),
    },
    ...steps.map((step, i) => ({
      id: `${dataset}/rl-from-${step}`,
      dataset,
      stage: 'rl',
      parent: `${dataset}/sft`,
      branch_step: step,
      branch_flops_e18: x[i],
      P_sft: scores[i],
      A_post: ceilings[i],
      regime: regimeAt(x[i]),
      // RL from the base model is one run, shown in every panel.
      ...(step === 0 && dataset !== first && { same_as: `${first}/rl-from-0` }),
      points: [],
    })),
  ]
})
const file = {
  schema: 'switchpoint/retu-curves/1',
  source:
    'Values printed in Ding et al., "Rethinking Expert Trajectory Utilization in LLM Post-training" (arXiv 2512.11470, ACL 2026), Fig. 3, read by eye; steps of the checkpoints from appendix C.1. Not the raw curves.',
  model: 'Qwen2.5-7B',
  rl: 'DAPO',
  curves,
}
writeFileSync(target, `${JSON.stringify(file, null, 1)}\n`)
process.stdout.write(`${target}: ${curves.length} curves\n`)
