import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { wantsCuda } from './cuda-question.mjs'

/** A terminal, typed into; `said` is what it shows. */
function terminal(typed: string, isTTY = true) {
  const input = Object.assign(new PassThrough(), { isTTY })
  const output = Object.assign(new PassThrough(), { isTTY: true })
  let said = ''
  output.on('data', (chunk: Buffer) => (said += chunk.toString()))
  input.write(typed)
  return {
    ...{ input: input as unknown as NodeJS.ReadStream, output: output as unknown as NodeJS.WriteStream },
    said: () => said,
  }
}
const cache = () => mkdtempSync(join(tmpdir(), 'cuda-question-'))
const isOffered = () => true

it('says how much it is, and takes a yes', async () => {
  const { said, ...streams } = terminal('y\n')
  expect(await wantsCuda(cache(), { ...streams, isOffered })).toBe(true)
  expect(said()).toMatch(/3\.4 GB to fetch, [\d.]+ GB on the disk/)
})

it('anything else is a no, which is remembered, with the way back', async () => {
  const { said, ...streams } = terminal('\n')
  const folder = cache()
  expect(await wantsCuda(folder, { ...streams, isOffered })).toBe(false)
  expect(existsSync(join(folder, 'cuda-declined'))).toBe(true)
  expect(said()).toContain('provision --cuda')
})

it('asks nobody who cannot answer, and nothing where nothing is offered', async () => {
  const piped = terminal('y\n', false)
  expect(await wantsCuda(cache(), { ...piped, isOffered })).toBe(false)
  const there = terminal('y\n')
  expect(await wantsCuda(cache(), { ...there, isOffered: () => false })).toBe(false)
  expect(piped.said() + there.said()).toBe('')
})
