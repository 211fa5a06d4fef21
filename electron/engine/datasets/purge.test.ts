import { existsSync, readdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRoom, recipeOf, type Room } from './fixtures/room.ts'
import { datasetAt, scratchOf, subsetAt } from './places.ts'

let room: Room
const clock = { now: 1_000 }
beforeEach(() => {
  clock.now = 1_000
  room = openRoom(clock)
})
afterEach(() => room.close())

const dataset = async (name: string) => {
  const rows = Array.from({ length: 40 }, (_, i) => ({ question: `${name} ${i}?`, answer: `It is ${i}.\n#### ${i}` }))
  return (await room.service.import({ path: room.lines(`${name}.jsonl`, rows) })).dataset.id
}
const subset = async (id: string, parts: Parameters<typeof recipeOf>[1] = {}) =>
  (await room.service.subsets.create(recipeOf(id, { count: 20, ...parts }))).id
const isThere = (id: string) =>
  existsSync((id.startsWith('ds_') ? datasetAt : subsetAt)(room.folders, id).folder) &&
  Boolean(id.startsWith('ds_') ? room.store.dataset(id) : room.store.subset(id))
const unused = () => false

describe('purging', () => {
  it('takes what was removed before the time, record and files, and nothing else', async () => {
    const [old, living] = [await dataset('old'), await dataset('living')]
    const drawn = await subset(old)
    room.service.subsets.remove(drawn)
    room.service.remove(old)
    const before = clock.now
    const late = await subset(living)
    room.service.subsets.remove(late)

    expect(room.service.purge(before, unused)).toEqual([drawn, old])
    expect([old, drawn, living, late].map(isThere)).toEqual([false, false, true, true])
    expect(readdirSync(scratchOf(room.folders)).filter((name) => name.startsWith('purged'))).toEqual([])
    // It is not taken up again from a folder that was left behind.
    await room.reopen()
    expect(room.service.list().map(({ id }) => id)).toEqual([living])
    expect(() => room.service.restore(old)).toThrow(/no such dataset/)
    room.service.subsets.restore(late)
  })

  it('leaves what is not yet due, so that it can be restored', async () => {
    const id = await dataset('soon')
    const at = clock.now
    room.service.remove(id)
    expect(room.service.purge(at, unused)).toEqual([])
    room.service.restore(id)
    expect(isThere(id)).toBe(true)
  })

  it('never takes the subset that a run names, nor the dataset under it', async () => {
    const id = await dataset('needed')
    const [used, free] = [await subset(id), await subset(id, { name: 'free' })]
    for (const one of [used, free]) room.service.subsets.remove(one)
    room.service.remove(id)
    expect(room.service.purge(clock.now, (one) => one === used)).toEqual([free])
    expect([id, used].map(isThere)).toEqual([true, true])
    expect(Object.values(await room.service.subsets.rowsBySplit(used)).flat()).toHaveLength(20)
    expect(room.service.purge(clock.now, unused)).toEqual([used, id])
  })

  it('keeps a benchmark that a kept subset was cleaned against', async () => {
    const [pool, benchmark] = [await dataset('pool'), await dataset('benchmark')]
    const cleaned = await subset(pool, { filters: { benchmarks: [benchmark] } })
    room.service.remove(benchmark)
    expect(room.service.purge(clock.now, unused)).toEqual([])
    room.service.subsets.remove(cleaned)
    expect(room.service.purge(clock.now, unused)).toEqual([cleaned, benchmark])
  })
})
