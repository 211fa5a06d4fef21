import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { bytesIn, freshFolder, hashOf, requireSpace, watchingGrowth } from './download.mjs'

let folder = ''
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'download-'))))
afterEach(() => rmSync(folder, { recursive: true }))

it('refuses to start what the disk has no room for, with both sizes and a remedy', () => {
  const farTooMuch = 1e18
  expect(() => requireSpace(join(folder, 'not', 'yet', 'there'), farTooMuch, 'TensorFlow')).toThrow(
    expect.objectContaining({
      part: 'TensorFlow',
      message: expect.stringMatching(/\d GB needed, [\d.]+ GB free/),
      remedy: expect.stringContaining('SWITCHPOINT_CACHE'),
    }),
  )
  expect(() => requireSpace(folder, 0, 'TensorFlow')).not.toThrow()
})

it('throws away what an interrupted set-up left', () => {
  const work = join(folder, 'work')
  mkdirSync(work)
  writeFileSync(join(work, 'half'), 'abc')
  expect(bytesIn(work)).toBe(3)
  expect(bytesIn(freshFolder(work))).toBe(0)
  expect(bytesIn(join(folder, 'nothing'))).toBe(0)
})

it('tells how a folder grows', async () => {
  const work = freshFolder(join(folder, 'work'))
  const looked = Promise.withResolvers<number>()
  const result = await watchingGrowth(work, looked.resolve, async () => {
    writeFileSync(join(work, 'a'), 'abcd')
    return looked.promise
  })
  expect(result).toBe(4)
})

it('hashes as npm and pip write it', async () => {
  const file = join(folder, 'abc')
  writeFileSync(file, 'abc')
  expect(await hashOf(file, 'sha256', 'hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})
