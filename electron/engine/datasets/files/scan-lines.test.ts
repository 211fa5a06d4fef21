import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { createDuck } from '../duck.ts'
import { localFile } from '../local-file.ts'
import { prepare } from './prepare.ts'
import { longestLineBytes, mark, problems, scanLines } from './scan-lines.ts'

const folder = mkdtempSync(join(tmpdir(), 'lines-'))
const duck = createDuck({ scratch: join(folder, 'duck'), memoryBytes: 512e6, threads: 2 })
afterAll(async () => {
  await duck.close()
  rmSync(folder, { recursive: true, force: true })
})

const bytes = (text: string) => Buffer.from(text, 'latin1')
async function washed(...pieces: Uint8Array[]) {
  const out: Buffer[] = []
  const scan = await scanLines(pieces, async (block) => void out.push(Buffer.from(block)))
  return { scan, text: Buffer.concat(out).toString('utf8') }
}
/** As DuckDB reads it: through the file itself where it is clean, through the washed copy where not. */
async function readBack(content: Uint8Array): Promise<(string | null)[]> {
  const path = join(folder, 'input.jsonl')
  writeFileSync(path, content)
  const prepared = await prepare(await localFile(path), { format: 'jsonl', compression: 'none' }, { duck, folder })
  return (await duck.rows<{ t: string | null }>(prepared.sql)).map(({ t }) => t)
}
/** Pieces of every size, as disks and unpackers give them. */
const cut = (content: Uint8Array, sizes: readonly number[]) => {
  const pieces: Uint8Array[] = []
  for (let at = 0, i = 0; at < content.length; at += sizes[i++ % sizes.length]!)
    pieces.push(content.subarray(at, at + sizes[i % sizes.length]!))
  return pieces
}

describe('scanLines', () => {
  it('finds plain lines clean and counts them, with and without a last newline', async () => {
    expect(await scanLines([bytes('{"a":1}\n{"a":22}\n\n')])).toEqual({
      lines: 3,
      longest: 8,
      dirty: false,
      open: false,
    })
    expect(await scanLines([bytes('a\n'), bytes('bc')])).toEqual({ lines: 2, longest: 2, dirty: false, open: true })
    expect(await scanLines([])).toEqual({ lines: 0, longest: 0, dirty: false, open: false })
  })

  it('replaces what is no text by a mark and the reason, and keeps every line in its place', async () => {
    const { scan, text } = await washed(
      bytes('\xef\xbb\xbf{"a":1}\n{"b":"\xff"}\n{"c":"\0"}\n{"d":"\x1f"}\n{"e":"x\ry"}\r\n{"f":1}'),
    )
    expect(text.split('\n')).toEqual([
      '{"a":1}',
      `${mark}${problems.utf8}`,
      `${mark}${problems.nul}`,
      `${mark}${problems.control}`,
      `${mark}${problems.control}`,
      '{"f":1}',
    ])
    expect(scan).toMatchObject({ lines: 6, dirty: true, open: true })
  })

  it('reads old Mac files, whose lines end with CR alone', async () => {
    expect((await washed(bytes('{"a":1}\r{"b":2}\r'))).text).toBe('{"a":1}\n{"b":2}\n')
  })

  it('refuses an endless line and goes on behind it', async () => {
    const endless = Buffer.alloc(longestLineBytes + 10, 'x')
    const { scan, text } = await washed(
      bytes('1\n'),
      endless.subarray(0, 1 << 20),
      endless.subarray(1 << 20),
      bytes('\n2\n'),
    )
    expect(text).toBe(`1\n${mark}${problems.long}\n2\n`)
    expect(scan).toMatchObject({ lines: 3, dirty: true })
  })

  const odd = fc.constantFrom(
    '{"a":1}',
    '\n',
    '\r\n',
    '\r',
    '\0',
    '\xff',
    '\x1f',
    '\x01',
    '\xef\xbb\xbf',
    '"',
    'é',
    ' ',
    '\t',
    '{',
    'x'.repeat(3000),
  )
  const content = fc.array(odd, { maxLength: 40 }).map((parts) => bytes(parts.join('')))
  const sizes = fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 5 })

  it('gives the same lines however the bytes are cut into pieces', async () => {
    await fc.assert(
      fc.asyncProperty(content, sizes, async (all, lengths) => {
        // The first piece decides whether CR ends lines; a file's first piece is a megabyte.
        fc.pre(!all.includes(13) || all.includes(10))
        const whole = await washed(all)
        const pieced = await washed(...cut(all, [all.length, ...lengths]))
        expect(pieced.text).toBe(whole.text)
        expect(pieced.scan).toEqual(whole.scan)
      }),
    )
  })

  it('counts the lines that DuckDB reads, on any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(content, async (all) => {
        const lines = await readBack(all)
        expect(lines.length).toBe((await washed(all)).scan.lines)
      }),
      { numRuns: 150 },
    )
  })

  it('hands clean lines through unchanged', async () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((text) => !/\p{Cc}|\ufeff/u.test(text))
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 20 }),
        fc.constantFrom('\n', '\r\n'),
        async (lines, newline) => {
          const back = await readBack(Buffer.from(lines.map((text) => text + newline).join('')))
          expect(back.map((t) => t ?? '')).toEqual(lines)
        },
      ),
      { numRuns: 100 },
    )
  })
})
