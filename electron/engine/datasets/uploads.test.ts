import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRoom, type Room } from './fixtures/room.ts'

let room: Room
beforeEach(() => (room = openRoom()))
afterEach(() => room.close())

const content = Buffer.from('{"prompt":"one","trajectory":"A"}\n{"prompt":"two","trajectory":"B"}\n')
const fail = (parts: object) => expect.objectContaining(parts) as Error

describe('uploads', () => {
  it('become a path when they are whole, and go when they are imported', async () => {
    const { uploads } = room.service
    const id = await uploads.begin('..\\somewhere/../train.jsonl', content.length)
    expect(await uploads.append(id, 0, content.subarray(0, 20))).toBe(20)
    await expect(room.service.inspect(`upload:${id}`)).rejects.toThrow(
      fail({ code: 'input.invalid', message: 'Only 20 of 68 bytes have come.' }),
    )
    expect(await uploads.append(id, 20, content.subarray(20))).toBe(content.length)
    const look = await room.service.inspect(`upload:${id}`)
    expect(look).toMatchObject({
      path: `upload:${id}`,
      format: 'jsonl',
      bytes: content.length,
      guess: { prompt: 'prompt', trajectory: 'trajectory' },
    })
    const { dataset } = await room.service.import({ path: `upload:${id}` })
    expect(dataset).toMatchObject({ name: 'train', source: 'train.jsonl', rows: 2 })
    expect(readdirSync(room.folders.uploads)).toEqual([])
    await expect(room.service.inspect(`upload:${id}`)).rejects.toThrow(fail({ code: 'input.invalid' }))
  })

  it('take pieces in order, twice if need be, and nothing beyond what was announced', async () => {
    const { uploads } = room.service
    const id = await uploads.begin('x.jsonl', 10)
    await expect(uploads.append(id, 5, Buffer.alloc(2))).rejects.toThrow(
      fail({ message: 'The piece at byte 5 came where byte 0 is due.' }),
    )
    expect(await uploads.append(id, 0, Buffer.alloc(6))).toBe(6)
    expect(await uploads.append(id, 0, Buffer.alloc(6))).toBe(6)
    await expect(uploads.append(id, 6, Buffer.alloc(5))).rejects.toThrow(fail({ code: 'input.invalid' }))
    await expect(uploads.append(id, 3, Buffer.alloc(6))).rejects.toThrow(fail({ code: 'input.invalid' }))
    await expect(uploads.begin('huge', 2 ** 50)).rejects.toThrow(fail({ code: 'input.invalid' }))
    expect(() => uploads.append('up_none1234', 0, Buffer.alloc(1))).toThrow(fail({ code: 'input.invalid' }))
  })

  it('put a file together from pieces of any size, sent without waiting', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 }), async (sizes) => {
        const { uploads } = room.service
        const id = await uploads.begin('x.jsonl', content.length)
        const sent: Promise<number>[] = []
        for (let at = 0, i = 0; at < content.length; at += sizes[i++ % sizes.length]!)
          sent.push(uploads.append(id, at, content.subarray(at, at + sizes[i % sizes.length]!)))
        await Promise.all(sent)
        const { bytes, path } = await uploads.file(`upload:${id}`)
        const { readFileSync } = await import('node:fs')
        expect(bytes).toBe(content.length)
        expect(readFileSync(path).equals(content)).toBe(true)
        await uploads.abandon(id)
      }),
      { numRuns: 30 },
    )
    expect(readdirSync(room.folders.uploads)).toEqual([])
  })

  it('that were abandoned are gone, those of an earlier engine too', async () => {
    const { uploads } = room.service
    const [one] = [await uploads.begin('a', 5), await uploads.begin('b', 5)]
    await uploads.abandon(one)
    await uploads.abandon('up_none1234')
    expect(readdirSync(room.folders.uploads)).toHaveLength(1)
    await room.reopen()
    expect(readdirSync(room.folders.uploads)).toEqual([])
  })
})
