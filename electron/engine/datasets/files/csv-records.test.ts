import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvRecords, separatorOf, type CsvRecord } from './csv-records.ts'

async function read(content: string | Uint8Array, size = 1 << 20, limit?: number): Promise<CsvRecord[]> {
  const bytes = Buffer.from(content as string)
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  )
  const found: CsvRecord[] = []
  for await (const record of csvRecords(pieces, limit)) found.push(record)
  return found
}

describe('csvRecords', () => {
  it('reads quotes, doubled quotes, fields over several lines, and says where each record begins', async () => {
    expect(await read('\ufeffq,a\r\n"x, ""y""\nsecond",5" pipe\r\n\r\n1,2\n"",z')).toEqual([
      { line: 1, fields: ['q', 'a'] },
      { line: 2, fields: ['x, "y"\nsecond', '5" pipe'] },
      { line: 5, fields: ['1', '2'] },
      { line: 6, fields: ['', 'z'] },
    ])
  })
  it('gives up one line for a quote that never closes', async () => {
    expect(await read('a,b\n"open,1\n2,3\n4,5\n')).toEqual([
      { line: 1, fields: ['a', 'b'] },
      { line: 2, fields: { problem: 'a quote opens here and never closes' } },
      { line: 3, fields: ['2', '3'] },
      { line: 4, fields: ['4', '5'] },
    ])
    // The same where the rest does not fit into memory.
    expect(await read(`a,b\n"open,1\n${'2,3\n'.repeat(50)}`, 16, 64)).toHaveLength(52)
  })
  it('marks what is no text', async () => {
    expect(
      (await read(Buffer.from('a,b\n\xff,1\n\0,2\n', 'latin1'))).slice(1).map(({ fields }) => 'problem' in fields),
    ).toEqual([true, true])
  })
  it.each([
    ['a,b', ','],
    ['a;b;c', ';'],
    ['a\tb', '\t'],
    ['a|b', '|'],
    ['"a;b;c",d', ','],
    ['alone', ','],
  ])('takes the separator of %j for %j', (header, separator) => expect(separatorOf(header)).toBe(separator))

  const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ';', ' ', 'é', '1'), maxLength: 6 })
  const quoted = (text: string) => (/[",;\n\t|]/.test(text) || text === '' ? `"${text.replaceAll('"', '""')}"` : text)
  it('reads back what a writer of CSV writes, in pieces of any size', async () => {
    const table = fc.array(fc.tuple(field, field), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 30 }), async (rows, size) => {
        const text = `x,y\n${rows.map((row) => row.map(quoted).join(',')).join('\n')}\n`
        expect((await read(text, size)).slice(1).map(({ fields }) => fields)).toEqual(rows)
      }),
    )
  })
  it('never throws, on any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 50 }),
        async (bytes, size) => void (await read(bytes, size)),
      ),
    )
  })
})
