import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ColumnMapping } from '#shared/contract/datasets.ts'
import { openRoom, recipeOf, type Room } from '../fixtures/room.ts'
import { datasetAt } from '../places.ts'

let room: Room
beforeEach(() => (room = openRoom()))
afterEach(() => room.close())

const mapped = (parts: Partial<ColumnMapping> = {}): ColumnMapping => ({
  prompt: 'q',
  trajectory: 'a',
  scores: [],
  ...parts,
})
const imported = (path: string, mapping?: ColumnMapping, name?: string) => room.service.import({ path, mapping, name })

async function rowsOf(id: string) {
  const page = await room.service.curate.rows({
    recipe: recipeOf(id),
    drawn: false,
    sort: 'line',
    descending: false,
    offset: 0,
    limit: 1000,
  })
  return page.rows
}
const fail = (code: string, parts: object = {}) => expect.objectContaining({ code, ...parts }) as Error
const scratch = () => readdirSync(join(room.folders.datasets, '.scratch')).filter((name) => name !== 'duckdb')

describe('bad lines', () => {
  it('are each reported by file, line and reason, and the rest goes on', async () => {
    const path = room.file(
      'train.jsonl',
      Buffer.concat([
        Buffer.from(
          [
            '{"q":"one","a":"A"}',
            '{"q":"two",',
            '["q","a"]',
            '{"q":"four"}',
            '{"q":null,"a":"A"}',
            '{"q":" \\n ","a":"A"}',
            '{"q":7,"a":"A"}',
            '{"q":"eight","a":["A"]}',
            '{"q":"nine","a":{"b":1}}',
            '{"q":"ten","q":"ten again","a":"A"}',
            '{"q":"\\u0000","a":"A"}',
            '',
            '   ',
            '{"q":true,"a":"A"}',
            '{"q":"\\ud800","a":"A"}',
            '{"q":"sixteen","a":"A"} trailing',
            '',
          ].join('\n'),
        ),
        Buffer.from(
          '{"q":"\xff","a":"A"}\n{"q":"nul\0","a":"A"}\n{"other":1,"other":2,"q":"nineteen","a":"A"}\n{"q":"twenty","a":"torn',
          'latin1',
        ),
      ]),
    )
    const { dataset } = await imported(path, mapped())
    expect(dataset.rejections.map(({ file, line, reason }) => `${file}:${line} ${reason}`)).toEqual([
      'train.jsonl:2 not JSON: it ends in the middle',
      'train.jsonl:3 not a JSON object',
      'train.jsonl:4 field "a" is missing',
      'train.jsonl:5 field "q" is null',
      'train.jsonl:6 field "q" is empty',
      'train.jsonl:7 field "q" is a number; text is expected',
      'train.jsonl:8 field "a" is a list; map "a.0" for its first entry',
      'train.jsonl:9 field "a" is an object; text is expected',
      'train.jsonl:10 field "q" is given twice',
      'train.jsonl:11 field "q" holds a NUL character',
      'train.jsonl:14 field "q" is true or false; text is expected',
      // A lone half of a surrogate pair: JavaScript's own parser lets it through, so no column is named.
      'train.jsonl:15 not JSON',
      'train.jsonl:16 not JSON: unexpected "t" at column 25',
      'train.jsonl:17 not valid UTF-8',
      'train.jsonl:18 holds a NUL byte (the file may have been cut by a crash)',
      'train.jsonl:20 torn: the file ends in the middle of this line',
    ])
    expect(dataset).toMatchObject({ rows: 2, rejected: 16, prompts: 2 })
    expect((await rowsOf(dataset.id)).map(({ id, line, prompt }) => ({ id, line, prompt }))).toEqual([
      { id: 0, line: 1, prompt: 'one' },
      { id: 1, line: 19, prompt: 'nineteen' },
    ])
  })

  it('are listed up to a thousand and counted beyond', async () => {
    const { dataset } = await imported(
      room.lines('many.jsonl', ['{"q":"fine","a":"A"}', ...Array.from({ length: 1500 }, () => '{')]),
      mapped(),
    )
    expect(dataset).toMatchObject({ rows: 1, rejected: 1500 })
    expect(dataset.rejections).toHaveLength(1000)
    expect(dataset.rejections.at(-1)!.line).toBe(1001)
  })

  it('leave nothing: the error says why, with the lines, and what the file has instead', async () => {
    await expect(imported(room.lines('x.jsonl', [{ question: 'one' }, { question: 'two' }]), mapped())).rejects.toThrow(
      fail('input.empty', {
        message: 'Not one row can be used: field "q" is missing (2 times, first in line 1).',
        remedy: expect.stringContaining('question') as string,
      }),
    )
    await expect(imported(room.file('empty.jsonl', ''))).rejects.toThrow(fail('input.empty'))
    await expect(imported(room.file('blank.jsonl', '\n\n  \n'), mapped())).rejects.toThrow(fail('input.empty'))
    await expect(imported(room.lines('odd.jsonl', [{ x: 1 }]))).rejects.toThrow(
      fail('input.invalid', { message: 'No field of the file looks like a prompt.' }),
    )
    expect(scratch()).toEqual([])
    expect(room.service.list()).toEqual([])
  })

  const piece = fc.constantFrom(
    '{"q":"one","a":"A"}',
    '{"q":"two","a":"B"}',
    '\n',
    '\r\n',
    '\r',
    '\0',
    '\xff',
    '{',
    '"',
    '\\',
    '}',
    ',',
    'x',
    ' ',
    '\x1f',
    '\x01',
    '\xef\xbb\xbf',
  )
  it('never stop an import, and rows kept + rows rejected = lines, on any torn bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (parts) => {
        const text = `{"q":"first","a":"A"}\n${parts.join('')}`
        const { dataset, rejected, rejections } = await imported(
          room.file('torn.jsonl', Buffer.from(text, 'latin1')),
          mapped(),
        )
        const lines = text
          .replace(/^\xef\xbb\xbf/, '')
          .split('\n')
          .map((line) => line.replace(/\r$/, ''))
          .filter((line) => !/^[ \t]*$/.test(line))
        expect(rejected + dataset.rows).toBe(lines.length)
        expect(rejections.length).toBe(rejected)
      }),
      { numRuns: 30 },
    )
  })
})

describe('formats', () => {
  const rows = Array.from({ length: 50 }, (_, i) => ({
    q: `question ${i}, "quoted"\nsecond line é`,
    a: `work ${i} \\boxed{${i}}`,
    n: i,
    gold: String(i),
  }))
  const mapping = mapped({ answer: 'gold', scores: ['n'] })
  const jsonl = rows.map((row) => JSON.stringify(row)).join('\n')
  const csvField = (value: unknown) => `"${String(value).replaceAll('"', '""')}"`
  const csv = ['q,a,n,gold', ...rows.map((row) => Object.values(row).map(csvField).join(','))].join('\r\n')

  it('all give the same dataset: plain, packed, an array, CSV, Parquet', async () => {
    const parquet = room.file('rows.parquet', '')
    const source = room.file('for-parquet.jsonl', jsonl)
    const { DuckDBInstance } = await import('@duckdb/node-api')
    await (
      await (await DuckDBInstance.create()).connect()
    ).run(`COPY (SELECT * FROM read_json('${source}')) TO '${parquet}' (FORMAT parquet)`)
    const first = await imported(room.file('rows.jsonl', jsonl), mapping)
    expect(first.isNew).toBe(true)
    const others = [
      room.file('rows.jsonl.gz', gzipSync(jsonl)),
      room.file('rows.jsonl.zst', zstdCompressSync(Buffer.from(jsonl))),
      room.file('bom.jsonl', `\ufeff${jsonl.replaceAll('\n', '\r\n')}\r\n`),
      room.file('rows.json', JSON.stringify(rows, null, 2)),
      room.file('rows.csv', csv),
      room.file('no-ending', jsonl),
      parquet,
    ]
    for (const path of others) {
      const again = await imported(path, mapping)
      expect({ path, isNew: again.isNew, id: again.dataset.id }).toEqual({ path, isNew: false, id: first.dataset.id })
    }
    expect(room.service.list()).toHaveLength(1)
    expect(first.dataset.scorers.map(({ id, min, max }) => ({ id, min, max }))).toEqual([
      { id: 'length', min: 16, max: 18 },
      { id: 'column:n', min: 0, max: 49 },
    ])
  })

  it('keep the line on which each row begins, in arrays and in CSV with fields over several lines', async () => {
    const array = await imported(
      room.file('lines.json', '[\n  {"q":"one","a":"A"},\n  {"q":\n"two","a":"B"},\n 5]'),
      mapped(),
    )
    expect((await rowsOf(array.dataset.id)).map(({ line }) => line)).toEqual([2, 3])
    expect(array.dataset.rejections).toEqual([{ file: 'lines.json', line: 5, reason: 'not a JSON object' }])
    const table = await imported(room.file('lines.csv', 'q,a\n"one\nmore",A\ntwo,B,extra\nthree,\nfour,D\n'), mapped())
    expect((await rowsOf(table.dataset.id)).map(({ line }) => line)).toEqual([2, 6])
    expect(table.dataset.rejections.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
      '4 3 fields where the header has 2',
      '5 field "a" is empty',
    ])
  })

  it('keep what is whole of a packed file that was cut off', async () => {
    const whole = gzipSync(
      Buffer.from(Array.from({ length: 20_000 }, (_, i) => `{"q":"question ${Math.sin(i)}","a":"A"}\n`).join('')),
    )
    const { dataset } = await imported(room.file('cut.jsonl.gz', whole.subarray(0, whole.length / 2)), mapped())
    expect(dataset.rows).toBeGreaterThan(5_000)
    expect(dataset.rejections.at(-1)!.reason).toBe('the packed file ends in the middle')
  })

  it('read chat messages: the user asks, the assistant answers', async () => {
    const chat = (...said: [string, string][]) => ({ messages: said.map(([role, content]) => ({ role, content })) })
    const { dataset } = await imported(
      room.lines('chat.jsonl', [
        chat(['system', 'be brief'], ['user', 'one'], ['assistant', 'A']),
        chat(['user', 'two'], ['assistant', 'B'], ['user', 'more'], ['assistant', 'C']),
        chat(['user', 'three']),
        {
          messages: [
            { from: 'human', value: 'four' },
            { from: 'gpt', value: 'D' },
          ],
        },
        { messages: [{ role: 'user', content: [{ type: 'text', text: 'five' }] }] },
        { messages: 'six' },
        { messages: [] },
      ]),
    )
    expect(dataset.mapping).toMatchObject({ prompt: 'messages', trajectory: 'messages' })
    expect((await rowsOf(dataset.id)).map(({ line, prompt }) => `${line} ${prompt}`)).toEqual([
      '1 one',
      '4 four',
      '6 six',
    ])
    expect(dataset.rejections.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
      '2 field "messages" holds several messages of the user; one question and one answer make a row',
      '3 field "messages" holds no message of the assistant',
      '5 field "messages" holds messages in parts; plain text is expected',
      '7 field "messages" is a list; map "messages.0" for its first entry',
    ])
  })

  it('follow dotted paths, list entries, and names that hold dots', async () => {
    const row = { 'q.x': 'dotted', deep: { list: [{ text: 'found' }] }, m: { 0: 'zero', gt: 5.0, 'a/b~': '7' } }
    const { dataset } = await imported(room.lines('deep.jsonl', [row]), {
      prompt: 'q\\.x',
      trajectory: 'deep.list.0.text',
      answer: 'm.gt',
      source: 'm.0',
      scores: ['m.a/b~'],
    })
    expect(await rowsOf(dataset.id)).toMatchObject([{ prompt: 'dotted', answer: '5', source: 'zero' }])
    expect(dataset.scorers.map(({ id, max }) => `${id} ${max}`)).toEqual(['length 5', 'column:m.a/b~ 7'])
  })

  it('refuse what is none of them, with the remedy', async () => {
    const cases: [string, string | Uint8Array, string][] = [
      ['x.zip', 'PK\x03\x04rest', 'This is a zip archive.'],
      ['x.jsonl', Buffer.from('\ufeff{"a":1}', 'utf16le'), 'This is UTF-16 text.'],
      ['x.json', '{\n "rows": []\n}', 'This is one JSON object, not a list of rows.'],
      ['x.bin', '\x00\x01\x02', 'The file is neither JSONL, JSON, CSV nor Parquet.'],
      ['x.parquet', 'PAR1 and nothing more', 'The Parquet file cannot be read'],
    ]
    for (const [name, content, message] of cases)
      await expect(imported(room.file(name, content)), name).rejects.toThrow(
        expect.objectContaining({ message: expect.stringContaining(message) as string }) as Error,
      )
    await expect(imported(room.folder)).rejects.toThrow(fail('input.invalid', { message: 'This is a folder.' }))
    await expect(imported('/dev/zero')).rejects.toThrow(fail('input.invalid'))
    await expect(imported('relative.jsonl')).rejects.toThrow(fail('input.invalid'))
    await expect(imported(join(room.folder, 'none'))).rejects.toThrow(fail('file.missing'))
  })

  it('open a file whose name is a pattern, or a link', async () => {
    const path = room.lines('all [*]{x}?.jsonl', [{ q: 'one', a: 'A' }])
    expect((await imported(path, mapped())).dataset).toMatchObject({ rows: 1, name: 'all [*]{x}?' })
    const link = join(room.folder, 'link.jsonl')
    symlinkSync(path, link)
    expect((await imported(link, mapped())).isNew).toBe(false)
  })
})

describe('answers and scores', () => {
  it('judges numbers exactly, mathematics by its verifier, and leaves what it cannot read undecided', async () => {
    const rows = [
      ['\\boxed{72}', '72'],
      ['#### 1,200', '1200'],
      ['\\boxed{\\frac{1}{2}}', '0.5'],
      ['\\boxed{73}', '72'],
      ['\\boxed{x+1}', '1+x'],
      ['\\boxed{(x-1)(x+1)}', 'x^2-1'],
      ['\\boxed{\\sqrt{8}}', '2\\sqrt{3}'],
      ['\\boxed{\\text{see above}}', 'the proof'],
      ['no answer', '72'],
      ['\\boxed{72}', null],
    ].map(([a, gold], i) => ({ q: `q${i}`, a, gold }))
    const { dataset } = await imported(room.lines('judged.jsonl', rows), mapped({ answer: 'gold' }))
    expect((await rowsOf(dataset.id)).map(({ verdict, answer }) => `${verdict} ${answer}`)).toEqual([
      'right 72',
      'right 1200',
      'right 0.5',
      'wrong 72',
      'right 1+x',
      'right x^2-1',
      'wrong 2\\sqrt{3}',
      'unknown the proof',
      'unknown 72',
      'unknown null',
    ])
  })

  it('reads scores written as numbers, rates, percents, truth values and outcomes; counts the missing', async () => {
    const written = [4, '4/16', '43%', true, [1, 0, 1, 1], 'NaN', null, 'none', '3/0', '1e400', '-2.5']
    const rows = written.map((score, i) => ({ q: `q${i}`, a: 'A', score }))
    const { dataset } = await imported(
      room.lines(
        'scores.jsonl',
        rows.map((row) => JSON.stringify(row).replace('"NaN"', 'NaN')),
      ),
      mapped({ scores: ['score'] }),
    )
    const { rows: found } = await room.service.curate.rows({
      recipe: recipeOf(dataset.id, { scorer: 'column:score' }),
      drawn: false,
      sort: 'line',
      descending: false,
      offset: 0,
      limit: 20,
    })
    expect(found.map(({ score }) => score)).toEqual([4, 0.25, 43, 1, 0.75, null, null, null, null, null, -2.5])
    expect(dataset.scorers[1]).toMatchObject({ missing: 5, min: -2.5, max: 43, integer: false, unit: '' })
  })

  it('knows a pass rate of k in n, and which end of a column is hard', async () => {
    const rows = Array.from({ length: 17 }, (_, k) => ({
      q: `q${k}`,
      a: 'A',
      pass_rate: `${k}/16`,
      difficulty: 16 - k,
      solved: k > 4,
      empty: 'x',
    }))
    const { dataset } = await imported(
      room.lines('rates.jsonl', rows),
      mapped({ scores: ['pass_rate', 'difficulty', 'solved', 'empty'] }),
    )
    expect(dataset.scorers).toEqual([
      expect.objectContaining({ id: 'length' }),
      {
        id: 'column:pass_rate',
        title: 'pass_rate',
        unit: 'of 16',
        harder: 'lower',
        missing: 0,
        min: 0,
        max: 1,
        integer: false,
      },
      {
        id: 'column:difficulty',
        title: 'difficulty',
        unit: '',
        harder: 'higher',
        missing: 0,
        min: 0,
        max: 16,
        integer: true,
      },
      { id: 'column:solved', title: 'solved', unit: '', harder: 'lower', missing: 0, min: 0, max: 1, integer: true },
    ])
  })
})

describe('versions', () => {
  it('the same name again is the next version; the same rows are the same dataset', async () => {
    const one = room.lines('train.jsonl', [{ q: 'one', a: 'A' }])
    const two = room.lines('other.jsonl', [{ q: 'two', a: 'A' }])
    expect((await imported(one, mapped(), 'mine')).dataset).toMatchObject({ name: 'mine', version: 1 })
    expect((await imported(two, mapped(), 'mine')).dataset).toMatchObject({ name: 'mine', version: 2 })
    const again = await imported(one, mapped(), 'another name')
    expect(again).toMatchObject({
      isNew: false,
      note: 'The same rows are already here as "mine" v1.',
      dataset: { name: 'mine', version: 1 },
    })
    expect(room.changes).toHaveLength(3)
  })

  it('the same rows with new score columns add scorers and touch no trajectory', async () => {
    const path = room.lines('train.jsonl', [{ q: 'one', a: 'A', pass: 0.5, level: 3 }])
    const { dataset } = await imported(path, mapped())
    const rows = readFileSync(datasetAt(room.folders, dataset.id).rows)
    const again = await imported(path, mapped({ scores: ['pass', 'level'] }))
    expect(again.dataset.scorers.map(({ id }) => id)).toEqual(['length', 'column:pass', 'column:level'])
    expect(again.note).toContain('New difficulty scores: pass, level.')
    expect(readFileSync(datasetAt(room.folders, dataset.id).rows)).toEqual(rows)
    expect((await room.service.curate.row(recipeOf(dataset.id, { scorer: 'column:pass' }), 0)).scores).toEqual({
      length: 1,
      'column:pass': 0.5,
      'column:level': 3,
    })
  })

  it('a dataset in the bin comes back when its rows come again', async () => {
    const path = room.lines('train.jsonl', [{ q: 'one', a: 'A' }])
    const { dataset } = await imported(path, mapped())
    room.service.remove(dataset.id)
    expect(room.service.list()).toEqual([])
    await expect(rowsOf(dataset.id)).rejects.toThrow(fail('dataset.not_found'))
    expect((await imported(path, mapped())).note).toContain('It was in the bin and is back.')
    expect(room.service.list().map(({ id }) => id)).toEqual([dataset.id])
  })

  it('two imports that end at once take two versions', async () => {
    const paths = [1, 2, 3].map((i) => room.lines(`${i}.jsonl`, [{ q: `q${i}`, a: 'A' }]))
    const made = await Promise.all(paths.map((path) => imported(path, mapped(), 'mine')))
    expect(made.map(({ dataset }) => dataset.version).sort()).toEqual([1, 2, 3])
  })

  it('the hash tells texts apart that read alike when joined', async () => {
    const hashes = new Set<string>()
    for (const [i, [q, a]] of [
      ['ab', 'c'],
      ['a', 'bc'],
      ['abc', ' c'],
      ['a:1:b', 'c'],
    ].entries())
      hashes.add((await imported(room.lines(`${i}.jsonl`, [{ q, a }]), mapped())).dataset.contentHash)
    expect(hashes.size).toBe(4)
  })
})

describe('an import that does not end well', () => {
  const big = () =>
    room.lines(
      'big.jsonl',
      Array.from({ length: 60_000 }, (_, i) => ({ q: `question ${i} ${'x'.repeat(200)}`, a: `answer \\boxed{${i}}` })),
    )

  it('tells how far it is, never back, up to the end', async () => {
    const shares: number[] = []
    await room.service.import({ path: big(), mapping: mapped() }, { onProgress: (share) => shares.push(share) })
    expect(shares.length).toBeGreaterThan(3)
    expect([...shares].sort((a, b) => a - b)).toEqual(shares)
    expect(shares.at(-1)).toBeLessThanOrEqual(1)
  })

  it.each([0, 0.02, 0.2, 0.5, 0.8])('leaves nothing behind when it is cancelled at %d', async (at) => {
    const path = big()
    const abort = new AbortController()
    if (at === 0) abort.abort()
    const work = room.service.import(
      { path, mapping: mapped() },
      { signal: abort.signal, onProgress: (share) => share >= at && abort.abort() },
    )
    await expect(work).rejects.toThrow(fail('cancelled'))
    expect(scratch()).toEqual([])
    expect(room.service.list()).toEqual([])
    expect(readdirSync(room.folders.datasets)).toEqual(['.scratch'])
  })

  it('whose engine was killed before the record was written is taken up at the next start', async () => {
    const { dataset } = await imported(room.lines('train.jsonl', [{ q: 'one', a: 'A' }]), mapped())
    const subset = await room.service.subsets.create(
      recipeOf(dataset.id, { filters: { answerMissing: false }, split: { validation: 0, test: 0 } }),
    )
    const other = openRoom()
    try {
      const { renameSync } = await import('node:fs')
      renameSync(datasetAt(room.folders, dataset.id).folder, datasetAt(other.folders, dataset.id).folder)
      renameSync(join(room.folders.subsets, subset.id), join(other.folders.subsets, subset.id))
      await other.reopen()
      expect(other.service.list()).toEqual([dataset])
      expect(other.service.subsets.list()).toEqual([subset])
      await other.reopen()
      expect(other.service.list()).toHaveLength(1)
      expect(existsSync(datasetAt(other.folders, dataset.id).rows)).toBe(true)
    } finally {
      await other.close()
    }
  })
})

it('keeps the order of a file that is read in parallel', async () => {
  const rows = 300_000
  const path = room.file(
    'ordered.jsonl',
    Array.from({ length: rows }, (_, i) => `{"q":"question ${i} ${'x'.repeat(100)}","a":"A","n":${i}}\n`).join(''),
  )
  const { dataset } = await imported(path, mapped({ scores: ['n'] }))
  expect(dataset.rows).toBe(rows)
  for (const place of [0, 1, 123_456, 299_999]) {
    const row = await room.service.curate.row(recipeOf(dataset.id, { scorer: 'column:n' }), place)
    expect([row.line, row.score, row.prompt.split(' ')[1]]).toEqual([place + 1, place, String(place)])
  }
})
