import { effectScope, nextTick, ref } from 'vue'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { useAsked } from './use-asked.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function asking() {
  const question = ref<string | null>('a')
  const asked: string[] = []
  const answers = new Map<string, (value: string) => void>()
  const scope = effectScope()
  const now = scope.run(() =>
    useAsked(
      () => question.value,
      (text) => {
        asked.push(text)
        return new Promise<string>((resolve) => answers.set(text, resolve))
      },
    ),
  )!
  const turn = async (to: string | null) => {
    question.value = to
    await nextTick()
  }
  return { turn, asked, answers, now, scope }
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

it('asks at once, then only after the last of a row of changes', async () => {
  const { turn, asked } = asking()
  await pass(0)
  for (const text of ['b', 'c', 'd']) {
    await turn(text)
    await pass(50)
  }
  await pass(120)
  expect(asked).toEqual(['a', 'd'])
})

it('keeps the old answer, marked stale, until the new one comes, and drops what is late', async () => {
  const { turn, answers, now } = asking()
  await pass(0)
  answers.get('a')?.('answer a')
  await pass(0)
  expect([now.answer.value, now.isStale.value]).toEqual(['answer a', false])
  await turn('b')
  await pass(200)
  await turn('c')
  await pass(200)
  expect([now.answer.value, now.isStale.value]).toEqual(['answer a', true])
  answers.get('c')?.('answer c')
  await pass(0)
  answers.get('b')?.('too late')
  await pass(0)
  expect([now.answer.value, now.isStale.value]).toEqual(['answer c', false])
})

it('asks nothing when there is no question', async () => {
  const { turn, asked, now } = asking()
  await pass(0)
  await turn(null)
  await pass(200)
  expect([asked, now.answer.value]).toEqual([['a'], null])
})
