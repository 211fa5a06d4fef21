// @vitest-environment happy-dom
import { beforeEach, expect, it, vi } from 'vitest'

/** The module reads the address once, when it is first imported. */
async function opened(hash: string) {
  vi.resetModules()
  window.location.hash = hash
  return import('./use-route.ts')
}
beforeEach(() => window.sessionStorage.clear())

it('puts the token of a served page aside before it reads the view', async () => {
  const { useRoute } = await opened('#token=abc-DEF_1&/curate/ds_1?strategy=hard')
  expect(useRoute().value).toEqual({ view: 'curate', subject: 'ds_1', query: { strategy: 'hard' } })
  expect(window.location.hash).toBe('#/curate/ds_1?strategy=hard')
  expect(window.sessionStorage.getItem('switchpoint.token')).toBe('abc-DEF_1')
})

it('opens the start page on a token alone', async () => {
  const { useRoute } = await opened('#token=abc')
  expect(useRoute().value.view).toBe('start')
  expect(window.location.hash).not.toContain('token')
})

it('holds settings that differ from the default, and only those', async () => {
  const { useNumberQuery } = await opened('#/run/run_1?smooth=0.8')
  const smooth = useNumberQuery('smooth', 0.6)
  expect(smooth.value).toBe(0.8)
  smooth.value = 0.9
  expect(window.location.hash).toBe('#/run/run_1?smooth=0.9')
  smooth.value = 0.6
  expect(window.location.hash).toBe('#/run/run_1')
})

it('takes nothing that is not a choice, a number, a flag', async () => {
  const { useChoiceQuery, useFlagQuery, useListQuery, useNumberQuery } = await opened(
    '#/run?x=colour&smooth=&raw=yes&ids=a,,b',
  )
  expect(useChoiceQuery('x', ['step', 'flops'], 'step').value).toBe('step')
  expect(useNumberQuery('smooth', 0.6).value).toBe(0.6)
  expect(useFlagQuery('raw').value).toBe(false)
  expect(useListQuery('ids').value).toEqual(['a', 'b'])
})
