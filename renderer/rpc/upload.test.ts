import { describe, expect, it } from 'vitest'
import { pieceBytes, upload } from './upload.ts'

function desk() {
  const calls: string[] = []
  const received: Blob[] = []
  const uploads = {
    begin: async ({ name, bytes }: { name: string; bytes: number }) => {
      calls.push(`begin ${name} ${bytes}`)
      return { id: 'up_k3v9' }
    },
    append: async ({ offset, data }: { offset: number; data: Blob }) => {
      received.push(data)
      return { received: offset + data.size }
    },
    abandon: async ({ id }: { id: string }) => void calls.push(`abandon ${id}`),
  }
  return { calls, received, engine: { uploads } as unknown as Parameters<typeof upload>[0] }
}

describe('a file without a path', () => {
  it('goes in pieces, in order, whole', async () => {
    const { calls, received, engine } = desk()
    const bytes = new Uint8Array(pieceBytes + 5).map((_, at) => at % 251)
    const sent: number[] = []
    const path = await upload(
      engine,
      new File([bytes], 'a.jsonl'),
      (now) => sent.push(now.sent),
      new AbortController().signal,
    )
    expect([path, calls, sent]).toEqual([
      'upload:up_k3v9',
      [`begin a.jsonl ${bytes.length}`],
      [pieceBytes, bytes.length],
    ])
    expect(new Uint8Array(await new Blob(received).arrayBuffer())).toEqual(bytes)
  })
  it('is taken back when the reader gives up', async () => {
    const { calls, engine } = desk()
    const giveUp = new AbortController()
    const file = new File([new Uint8Array(pieceBytes * 2)], 'a.jsonl')
    await expect(upload(engine, file, () => giveUp.abort(), giveUp.signal)).rejects.toThrow()
    expect(calls.at(-1)).toBe('abandon up_k3v9')
  })
})
