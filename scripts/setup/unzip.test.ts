import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { membersOf, unzip } from './unzip.mjs'

let folder = ''
let archive = ''
const big = 'a line that packs well\n'.repeat(50_000)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unzip-'))
  archive = join(folder, 'a.zip')
  writeFileSync(join(folder, 'big.txt'), big)
  // Made by an implementation that is not ours.
  const script = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as z:
    z.write(sys.argv[2], 'p/big.txt')
    z.writestr(zipfile.ZipInfo('p/stored.txt'), 'stored')
    z.writestr('p/empty.txt', '')
    run = zipfile.ZipInfo('p/run.sh'); run.external_attr = 0o100755 << 16
    z.writestr(run, '#!/bin/sh')
    link = zipfile.ZipInfo('p/link'); link.external_attr = 0o120777 << 16
    z.writestr(link, 'run.sh')
    z.writestr('p/folder/', '')
    z.writestr('../outside.txt', 'no')
`
  execFileSync('python3', ['-c', script, archive, join(folder, 'big.txt')])
})
afterEach(() => rmSync(folder, { recursive: true }))

const strip = (name: string) => (name.startsWith('p/') ? name.slice(2) : undefined)

it('writes the chosen members with their content and mode, and tells the bytes', async () => {
  const target = join(folder, 'out')
  const seen: number[][] = []
  await unzip(archive, target, strip, (written, total) => seen.push([written, total]))
  expect(readFileSync(join(target, 'big.txt'), 'utf8')).toBe(big)
  expect(readFileSync(join(target, 'stored.txt'), 'utf8')).toBe('stored')
  expect(readFileSync(join(target, 'empty.txt'), 'utf8')).toBe('')
  expect(statSync(join(target, 'run.sh')).mode & 0o777).toBe(0o755)
  expect(readlinkSync(join(target, 'link'))).toBe('run.sh')
  const total = big.length + 'stored'.length + '#!/bin/sh'.length + 'run.sh'.length
  expect(seen.at(-1)).toEqual([total, total])
})

it('refuses a member that would lie outside', async () => {
  await expect(unzip(archive, join(folder, 'out'), (name) => name)).rejects.toThrow('outside')
})

it('refuses an archive that is cut off', async () => {
  truncateSync(archive, statSync(archive).size - 30)
  await expect(membersOf(archive)).rejects.toThrow('cut off')
})

it('refuses a damaged member', async () => {
  const bytes = readFileSync(archive)
  bytes.fill(0, 60, 200)
  writeFileSync(archive, bytes)
  await expect(unzip(archive, join(folder, 'out'), strip)).rejects.toThrow()
})
