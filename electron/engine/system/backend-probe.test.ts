import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Failure } from '#shared/contract/failure.ts'
import { backendKnowledge, type BackendFacts } from './backend-probe.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'backend-probe-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const found = (matmulGflops: number): BackendFacts => ({
  ...{ name: 'tensorflow', version: '2', device: 'cpu', threads: 2, precision: ['f32'], matmulGflops },
})
const hour = 3_600_000
/** What an engine at `at` knows, and how often it asked, when a probe would say `gflops`. */
async function engineAt(at: number, gflops: number) {
  let asked = 0
  const probe = async () => (asked++, found(gflops))
  const knowledge = backendKnowledge(folder, probe, () => at)
  await knowledge.known()
  await knowledge.known()
  await new Promise((resolve) => setImmediate(resolve))
  return { speed: knowledge.facts()?.matmulGflops, asked }
}

it('asks once, and the next engine knows', async () => {
  expect(await engineAt(0, 60)).toEqual({ speed: 60, asked: 1 })
  expect(await engineAt(hour / 2, 200)).toEqual({ speed: 60, asked: 0 })
})

it('a speed measured on a busy machine does not stay: measured again later, the faster one does', async () => {
  await engineAt(0, 60)
  expect(await engineAt(2 * hour, 200)).toEqual({ speed: 200, asked: 1 })
  expect(await engineAt(4 * hour, 90)).toEqual({ speed: 200, asked: 1 })
})

it('says where a run trains that names no device: on the CPU until a GPU is known of', async () => {
  const knowledge = backendKnowledge(folder, async () => ({ ...found(60), device: 'gpu' }))
  expect(knowledge.device()).toBe('cpu')
  await knowledge.known()
  expect(knowledge.device()).toBe('gpu')
})

it('a failure is told, and the next who asks makes it look again', async () => {
  let isThere = false
  const knowledge = backendKnowledge(folder, async () => {
    if (isThere) return found(60)
    throw new Failure({ code: 'backend.missing', message: 'no TensorFlow' })
  })
  await knowledge.known()
  expect([knowledge.facts(), knowledge.problem()?.code]).toEqual([null, 'backend.missing'])
  isThere = true
  await knowledge.known()
  expect(knowledge.facts()?.matmulGflops).toBe(60)
})
