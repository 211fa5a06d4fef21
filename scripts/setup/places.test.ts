import { homedir } from 'node:os'
import { expect, it } from 'vitest'
import { cacheFolder, usersFolder } from './places.mjs'

it("puts the cache where the user says, then where the system says, then into the user's home", () => {
  expect(cacheFolder({ SWITCHPOINT_CACHE: '/data/sp', XDG_CACHE_HOME: '/xdg' })).toBe('/data/sp')
  expect(cacheFolder({ SWITCHPOINT_CACHE: 'sp', INIT_CWD: '/home/u/project' })).toBe('/home/u/project/sp')
  expect(cacheFolder({ XDG_CACHE_HOME: '/xdg' })).toBe('/xdg/switchpoint')
  expect(cacheFolder({ XDG_CACHE_HOME: 'relative' })).toBe(`${homedir()}/.cache/switchpoint`)
  expect(cacheFolder({})).toBe(`${homedir()}/.cache/switchpoint`)
})

it('knows the folder the user typed in', () => {
  expect(usersFolder({ INIT_CWD: '/home/u/project' })).toBe('/home/u/project')
  expect(usersFolder({})).toBe(process.cwd())
})
