import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hasSharedData, saySkipped, sharedFile } from '../../datasets/fixtures/shared-data.ts'
import { logCurve } from './log-curve.ts'
import { readLog } from './read-log.ts'

const curve = (text: string) => logCurve(readLog(text)!)

describe('logs by their content', () => {
  it('reads verl’s file logger: reward, validation by set, tokens and time summed', () => {
    const line = (step: number, data: object) => JSON.stringify({ step, data })
    const text = [
      line(0, { 'val-core/openai/gsm8k/acc/mean@4': 0.25 }),
      line(1, { 'critic/score/mean': 0.3, 'actor/ppo_kl': 0.01, 'perf/total_num_tokens': 100, 'timing_s/step': 2 }),
      line(2, { 'critic/score/mean': 0.4, 'perf/total_num_tokens': 150, 'timing_s/step': 3, 'mfu/actor': 0.4 }),
      line(2, { 'val-core/openai/gsm8k/acc/mean@4': 0.5 }),
    ].join('\n')
    expect(readLog(text)?.format).toBe('verl file log')
    const { stage, points, sets, mapped, kept } = curve(text)
    expect([stage, sets]).toEqual(['rl', ['openai/gsm8k']])
    expect(points.map(({ step, tokens, wallMs, accuracy }) => [step, tokens, wallMs, accuracy])).toEqual([
      [0, 0, 0, 0.25],
      [1, 100, 2000, null],
      [2, 250, 5000, 0.5],
    ])
    expect(points[2]!.values).toMatchObject({ 'train/reward': 0.4, 'mfu/actor': 0.4 })
    expect(mapped).toMatchObject({
      'actor/ppo_kl': 'train/kl',
      'val-core/openai/gsm8k/acc/mean@4': 'eval/openai/gsm8k',
    })
    expect(kept).toContain('mfu/actor')
  })

  it('reads verl’s console among anything, with colours, Ray’s prefix and NumPy’s numbers', () => {
    const text = [
      'step: nothing of the kind',
      '\u001B[36m(TaskRunner pid=7)\u001B[0m step:1 - critic/score/mean:np.float64(0.5) - actor/entropy_loss:1.25',
      'step:0 - val/test_score/logic:0.000',
    ].join('\n')
    expect(readLog(text)).toMatchObject({ format: 'verl console', rows: [{ step: 1 }, { step: 0 }] })
    expect(curve(text).points.map(({ step }) => step)).toEqual([0, 1])
    expect(curve(text).points[1]!.values).toEqual({ 'train/reward': 0.5, 'train/entropy': 1.25 })
  })

  it('takes a test score that is no share for no accuracy', () => {
    const { points, kept } = curve('step:0 - val/test_score/logic:-2.5\nstep:5 - val/test_score/logic:1.0')
    expect(points.map(({ accuracy }) => accuracy)).toEqual([null, null])
    expect(kept).toEqual(['val/test_score/logic'])
  })

  it('spreads a trainer state’s compute over its steps, and merges rows of one step', () => {
    const text = JSON.stringify({
      total_flos: 100,
      log_history: [
        { step: 5, loss: 1, epoch: 0.5 },
        { step: 10, loss: 0.5, epoch: 1 },
        { step: 10, eval_loss: 0.75 },
      ],
    })
    const { stage, points } = curve(text)
    expect(stage).toBe('sft')
    expect(points.map(({ flops }) => flops)).toEqual([50, 100])
    expect(points[1]!.values).toEqual({ 'train/loss': 0.5, 'train/epoch': 1, 'val/loss': 0.75 })
  })

  it('reads OpenRLHF’s keys from an export of its steps: rollouts, validation by set, seconds summed', () => {
    const { stage, points, sets, mapped } = curve(
      [
        {
          ...{ 'train/global_step': 1, _step: 1, 'train/rollout/reward_mean': 0.25, 'train/rollout/reward_std': 0.5 },
          ...{ 'train/rollout/truncated_rate': 0.1, 'train/ppo_kl': 0.01, 'train/timing/step_total': 4 },
        },
        { _step: 2, 'train/timing/step_total': 6, 'eval/eval_math500_pass1': 0.75 },
      ]
        .map((row) => JSON.stringify(row))
        .join('\n'),
    )
    expect([stage, sets]).toEqual(['rl', ['math500']])
    expect(points.map(({ wallMs, accuracy }) => [wallMs, accuracy])).toEqual([
      [4000, null],
      [10_000, 0.75],
    ])
    expect(mapped).toMatchObject({
      'train/rollout/reward_mean': 'train/reward',
      'train/rollout/reward_std': 'train/reward_std',
      'train/rollout/truncated_rate': 'train/truncated_share',
      'train/ppo_kl': 'train/kl',
    })
  })

  it('goes on after a torn line and Python’s NaN, and says which line', () => {
    const text = '{"step": 1, "loss": NaN, "lr": 1}\n{"step": 2, "loss": 0.5}\n{"step": 3, "lo'
    const log = readLog(text)!
    expect(log.badLines).toEqual([{ line: 3, reason: expect.stringMatching(/no JSON/) as string }])
    expect(logCurve(log).points.map(({ values }) => values)).toEqual([{ 'train/lr': 1 }, { 'train/loss': 0.5 }])
  })

  it('is not fooled by curve files, prose or trajectories', () => {
    for (const text of [
      '{"curves": [{"id": "a"}]}',
      '{\n "curves": []\n}',
      'the step: 5 - as it were',
      '{"question": "2 + 2", "answer": "4"}\n{"question": "3", "answer": "3"}',
      'dataset,run,parent,parent_step,stage,step,flops,metric,value',
      '',
    ])
      expect(readLog(text)).toBeNull()
  })
})

saySkipped('real run logs')
describe.skipIf(!hasSharedData)('real logs, as strangers committed them', () => {
  const real = (path: string) => readLog(readFileSync(sharedFile(join('runs', path)), 'utf8'))
  const seriesOf = (path: string) => {
    const points = logCurve(real(path)!).points
    return { points: points.length, keys: new Set(points.flatMap(({ values }) => Object.keys(values))) }
  }

  it.each([
    ['trainer-state/trl-grpo-unsloth.json', 'TRL trainer state', 250, 'train/reward'],
    ['trainer-state/hf-multi-eval.json', 'Hugging Face trainer state', 31, 'eval_g0_loss'],
    ['trainer-log/llamafactory-dpo.jsonl', 'LLaMA-Factory trainer log', 202, 'train/loss'],
    ['verl-console/grpo-logic-output.log', 'verl console', 10, 'train/reward'],
  ])('%s', (path, format, points, key) => {
    expect(real(path)?.format).toBe(format)
    const series = seriesOf(path)
    expect(series.points).toBe(points)
    expect(series.keys).toContain(key)
  })

  it('ms-swift’s log, thousands of rows', () => {
    expect(real('ms-swift/swift-2-sft-logging.jsonl')?.format).toBe('ms-swift log')
    expect(seriesOf('ms-swift/swift-2-sft-logging.jsonl').keys).toContain('train/loss')
  })
})
