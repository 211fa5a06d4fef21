import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonElements, type JsonElement } from './json-elements.ts'

async function split(content: string | Buffer, size = Infinity) {
  const bytes = Buffer.from(content as string)
  const pieces = Array.from({ length: Math.ceil(bytes.length / Math.min(size, bytes.length || 1)) }, (_, i) =>
    bytes.subarray(i * size || 0, (i + 1) * size),
  )
  const found: JsonElement[] = []
  for await (const element of jsonElements(size === Infinity ? [bytes] : pieces)) found.push(element)
  return found.map(({ line, text }) => ({ line, text: 'problem' in text ? text : text.toString() }))
}

describe('jsonElements', () => {
  it('splits at the outer commas and says on which line each element begins', async () => {
    expect(await split('\ufeff[\n {"a": "],}",\n  "b": [1, 2]},\n 5,\n\n{"c":"\\""}\n]\n')).toEqual([
      { line: 2, text: '{"a": "],}",   "b": [1, 2]}' },
      { line: 4, text: '5' },
      { line: 6, text: '{"c":"\\""} ' },
    ])
  })
  it('keeps what is whole of an array that was cut off', async () => {
    expect(await split('[{"a":1},{"b":')).toEqual([
      { line: 1, text: '{"a":1}' },
      { line: 1, text: { problem: 'the file ends in the middle of this element' } },
    ])
    expect(await split('[{"a":1}')).toHaveLength(1)
    expect(await split('[{"a":1},')).toEqual([
      { line: 1, text: '{"a":1}' },
      { line: 1, text: { problem: 'the file ends before the array does' } },
    ])
  })
  it('tells of holes, of what follows the array, and of newlines inside strings', async () => {
    expect((await split('[1,,2]')).map(({ text }) => text)).toEqual([
      '1',
      { problem: 'not JSON: an element is missing before this place' },
      '2',
    ])
    expect((await split('[1] [2]')).at(-1)!.text).toEqual({ problem: 'something stands after the end of the array' })
    const [element] = await split('["a\nb"]')
    expect(() => JSON.parse(element!.text as string) as unknown).toThrow()
    expect(await split('[]')).toEqual([])
  })
  it('agrees with JSON.parse on any array, whatever its layout and its pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue(), { maxLength: 8 }),
        fc.constantFrom(undefined, 1, '\t'),
        fc.integer({ min: 1, max: 40 }),
        async (values, indent, size) => {
          const found = await split(JSON.stringify(values, null, indent), size)
          expect(found.map(({ text }) => JSON.parse(text as string) as unknown)).toEqual(
            JSON.parse(JSON.stringify(values)),
          )
        },
      ),
    )
  })
  it('never throws, on any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        async (bytes) => void (await split(Buffer.concat([Buffer.from('['), bytes]))),
      ),
    )
  })
})
