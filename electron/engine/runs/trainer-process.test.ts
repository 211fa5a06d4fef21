import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { spawnTrainer } from './trainer-process.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'trainer-process-'))))
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

/** What a trainer on `device` sees of the machine's GPUs. */
async function visible(device: 'cpu' | 'gpu' | undefined): Promise<unknown> {
  const program = join(folder, 'trainer.mjs')
  const answer = join(folder, 'answer.json')
  writeFileSync(
    program,
    `import { writeFileSync } from 'node:fs'
     writeFileSync(${JSON.stringify(answer)}, JSON.stringify(process.env.CUDA_VISIBLE_DEVICES ?? null))`,
  )
  await once(spawnTrainer(folder, device, program), 'exit')
  return JSON.parse(readFileSync(answer, 'utf8'))
}

it('shows a run on the CPU no GPU, and another what the user shows it', async () => {
  vi.stubEnv('CUDA_VISIBLE_DEVICES', '2')
  expect(await visible('cpu')).toBe('-1')
  expect(await visible('gpu')).toBe('2')
  expect(await visible(undefined)).toBe('2')
})
