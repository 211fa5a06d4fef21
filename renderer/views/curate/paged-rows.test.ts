import { expect, it } from 'vitest'
import { usePagedRows } from './paged-rows.ts'

const settled = () => new Promise((resolve) => setTimeout(resolve))

it('fetches each page once, when it is wanted', async () => {
  const asked: number[] = []
  const rows = usePagedRows(async (offset, limit) => {
    asked.push(offset)
    return { total: 1000, rows: Array.from({ length: limit }, (_, at) => offset + at) }
  })
  rows.ask()
  await settled()
  expect([rows.total.value, rows.at(5), rows.at(250)]).toEqual([1000, 5, undefined])
  rows.want(180, 230)
  rows.want(190, 240)
  await settled()
  expect([asked, rows.at(230)]).toEqual([[0, 100, 200], 230])
})

it('drops an answer to an older question', async () => {
  let from = 'old'
  const late: (() => void)[] = []
  const rows = usePagedRows<string>((offset) => {
    const mine = from
    return new Promise((resolve) => late.push(() => resolve({ total: 1, rows: [`${mine} ${offset}`] })))
  })
  rows.ask()
  from = 'new'
  rows.ask()
  late[1]?.()
  late[0]?.()
  await settled()
  expect(rows.at(0)).toBe('new 0')
})

it('keeps a bounded number of pages', async () => {
  const asked: number[] = []
  const rows = usePagedRows(async (offset) => {
    asked.push(offset)
    return { total: 100_000, rows: [offset] }
  })
  rows.ask()
  for (let page = 0; page < 100; page++) {
    rows.want(page * 100, page * 100 + 50)
    await settled()
  }
  expect(rows.at(0)).toBeUndefined()
  expect(rows.at(9900)).toBe(9900)
})

it('says why a page is missing, and asks for it again', async () => {
  let isBroken = true
  const rows = usePagedRows(async () => {
    if (isBroken) throw new Error('no')
    return { total: 1, rows: ['row'] }
  })
  rows.ask()
  await settled()
  expect(rows.failure.value?.message).toBe('no')
  isBroken = false
  rows.ask()
  await settled()
  expect([rows.failure.value, rows.at(0)]).toEqual([null, 'row'])
})
