// @vitest-environment happy-dom
import { expect, it } from 'vitest'
import { menuViews } from '#shared/desktop/commands.ts'
import { hasView, viewComponent, views } from './index.ts'

it('stand in the rail in the order of the desktop’s menu', () => {
  const inRail = views.filter(({ order }) => typeof order === 'number').map(({ id, title }) => ({ id, title }))
  expect(inRail).toEqual(menuViews)
})
it('are found by their id, and by no other', () => {
  expect(views.every(({ id }) => hasView(id) && viewComponent(id) !== undefined)).toBe(true)
  expect([hasView('nowhere'), viewComponent('nowhere')]).toEqual([false, undefined])
})
