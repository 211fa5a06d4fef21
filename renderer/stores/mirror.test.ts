import { expect, it } from 'vitest'
import { Failure } from '#shared/contract/failure.ts'
import { mirror } from './mirror.ts'

/** Answers when told to. */
function slow() {
  const asked: { answer: (value: number) => void; fail: (error: unknown) => void }[] = []
  return { asked, pull: () => new Promise<number>((answer, fail) => asked.push({ answer, fail })) }
}

it('is empty and not loaded until the first answer', async () => {
  const { asked, pull } = slow()
  const list = mirror(0, pull)
  const load = list.load()
  expect([list.value.value, list.isLoaded.value]).toEqual([0, false])
  asked[0]?.answer(7)
  await load
  expect([list.value.value, list.isLoaded.value]).toEqual([7, true])
})

it('asks once more, not many times, when changes come while it loads', async () => {
  const { asked, pull } = slow()
  const list = mirror(0, pull)
  const first = list.load()
  const later = [list.load(), list.load(), list.load()]
  asked[0]?.answer(1)
  await first
  await Promise.resolve()
  expect(asked).toHaveLength(2)
  asked[1]?.answer(2)
  await Promise.all(later)
  expect([list.value.value, asked.length]).toEqual([2, 2])
})

it('keeps the last good answer beside a failure', async () => {
  const { asked, pull } = slow()
  const list = mirror(0, pull)
  void list.load()
  asked[0]?.answer(5)
  await list.load
  await new Promise((resolve) => setTimeout(resolve))
  const again = list.load()
  asked[1]?.fail(new Failure({ code: 'engine.stopped', message: 'gone' }))
  await again
  expect([list.value.value, list.failure.value?.code]).toEqual([5, 'engine.stopped'])
})
