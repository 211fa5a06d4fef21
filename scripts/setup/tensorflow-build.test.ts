import { describe, expect, it } from 'vitest'
import { TENSORFLOW } from './pins.mjs'
import { chosenBuild, isCudaOffered, wheelBytes } from './tensorflow-build.mjs'

const driver = '/proc/driver/nvidia/version'
const fetched = `/cache/${TENSORFLOW.cuda.folder}`
const declined = '/cache/cuda-declined'
const machine = (...paths: string[]) => ({ env: {}, exists: (path: string) => paths.includes(path) })

describe('which build', () => {
  const build = (facts: Parameters<typeof chosenBuild>[1]) => chosenBuild('/cache', facts).name
  it("without a driver: the CPU's, also where the other was fetched once", () => {
    expect(build(machine())).toBe('cpu')
    expect(build(machine(fetched))).toBe('cpu')
  })
  it('with a driver: CUDA, but only once it is there', () => {
    expect(build(machine(driver))).toBe('cpu')
    expect(build(machine(driver, fetched))).toBe('cuda')
  })
  it('SWITCHPOINT_CUDA decides before all that', () => {
    expect(build({ ...machine(), env: { SWITCHPOINT_CUDA: '1' } })).toBe('cuda')
    expect(build({ ...machine(driver, fetched), env: { SWITCHPOINT_CUDA: '0' } })).toBe('cpu')
  })
})

it('asks where a driver is, once, and not where the answer is known', () => {
  const asks = (facts: Parameters<typeof isCudaOffered>[1]) => isCudaOffered('/cache', facts)
  expect(asks(machine(driver))).toBe(true)
  expect(asks(machine())).toBe(false)
  expect(asks(machine(driver, fetched))).toBe(false)
  expect(asks(machine(driver, declined))).toBe(false)
  expect(asks({ ...machine(driver), env: { SWITCHPOINT_CUDA: '0' } })).toBe(false)
})

it('the CUDA build is TensorFlow with twelve of NVIDIA’s wheels, each pinned by hash', () => {
  const { wheels } = TENSORFLOW.cuda
  expect(wheels.map(({ distribution }) => distribution.split('-')[0])).toEqual([
    'tensorflow',
    ...Array(12).fill('nvidia'),
  ])
  for (const { sha256, file, version } of wheels) {
    expect(sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(file).toContain(version)
  }
  expect(wheelBytes(TENSORFLOW.cuda)).toBeGreaterThan(3e9)
})
