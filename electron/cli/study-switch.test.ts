/** `study switch` as programs use it, against an engine with the fake trainer. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { SwitchSearch } from '#shared/contract/switch-study.ts'
import { scratchFolder, startTestEngine, type TestEngine } from '../engine/fixtures/test-engine.ts'
import { ended, environmentIn, startCommand } from './fixtures/command.ts'

const scratch = scratchFolder()
const workspace = join(scratch.path, 'workspace')
let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine(workspace)
})
afterAll(async () => {
  await engine.end()
  scratch.remove()
})

const cli = (...args: string[]) =>
  ended(startCommand(['study', 'switch', ...args, '--workspace', workspace], environmentIn(scratch.path)))

const losses = Array.from({ length: 12 }, (_, i) => [2 * i + 2, 1 + (2 * i + 2 - 14) ** 2 / 400])
const small = '{ lab: { set: uniform, rows: 3, seed: 5 } }'
const spec = `name: small
engine: { threads: 1 }
stages:
  - { kind: sft, name: 'fake ${JSON.stringify({ losses, bestFrom: 12 })}', budget: { steps: 24 }, data: ${small}, validation: { data: ${small} }, evaluation: { every: 2, data: ${small} } }
  - { kind: rl, name: 'fake {"bestFrom":12,"stepMs":2}', budget: { steps: 60 }, data: ${small}, evaluation: { data: ${small} } }
`

it('trains, searches, tells its progress as NDJSON, and prints one document', async () => {
  writeFileSync(join(scratch.path, 'switch.yaml'), spec)
  const { code, stdout, stderr } = await cli(
    ...['--json', '--spec', 'switch.yaml', '--steps', '4,12,18', '--target', '800', '--budget-share', '40%'],
    ...['--evaluations', '30', '--lanes', '1'],
  )
  expect(stderr).not.toContain('Error')
  expect(code).toBe(0)
  expect(stdout.trimEnd().split('\n')).toHaveLength(1)
  const search = JSON.parse(stdout) as SwitchSearch
  expect(search).toMatchObject({ state: 'done', chosen: { step: 12 }, target: 800, budgetShare: 0.4 })
  expect(search.reasons.length).toBeGreaterThan(3)
  const progress = stderr
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { progress: { label: string; share: number } }).progress)
  expect(progress.length).toBeGreaterThan(1)
  for (const { share } of progress) expect(share).toBeLessThanOrEqual(1)
  expect(progress.some(({ label }) => label.startsWith('RL from step'))).toBe(true)
}, 120_000)

it('refuses with the input named: no run, a run that is not there, a target that leaves no RL', async () => {
  const errorOf = async (...args: string[]) => {
    const { code: exit, stdout } = await cli('--json', ...args)
    expect(exit).toBe(3)
    return (JSON.parse(stdout) as { error: { code: string; input: string } }).error
  }
  expect(await errorOf()).toMatchObject({ code: 'input.invalid', input: '--run, --spec' })
  expect(await errorOf('--run', 'run_0000')).toMatchObject({ code: 'run.not_found' })
  const sft = (await engine.calls.runs.list({})).runs.find(({ stage }) => stage === 'sft')!
  expect(await errorOf('--run', sft.id, '--target', '50')).toMatchObject({ code: 'input.invalid', input: 'target' })
  expect((await cli('--json', '--run', sft.id, '--budget-share', '2')).code).toBe(2)
}, 60_000)
