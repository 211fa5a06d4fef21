import { describe, expect, it } from 'vitest'
import { placeWindow, readBounds, smallest } from './window-bounds.ts'

const laptop = { x: 0, y: 25, width: 1440, height: 875 }
const desk = { x: 1440, y: 0, width: 2560, height: 1440 }

describe('where a window opens', () => {
  it('in the middle of the first screen, the first time', () => {
    expect(placeWindow(null, [desk])).toEqual({ x: 2000, y: 270, width: 1440, height: 900, maximized: false })
    expect(placeWindow(null, [laptop])).toMatchObject({ x: 0, y: 25, width: 1440, height: 875 })
  })
  it('where it was, on whichever screen', () => {
    const saved = { x: 1600, y: 100, width: 1200, height: 800, maximized: true }
    expect(placeWindow(saved, [laptop, desk])).toEqual(saved)
  })
  it('on a screen that is there, when the one it was on is gone', () => {
    const saved = { x: 1600, y: 100, width: 1200, height: 800, maximized: true }
    expect(placeWindow(saved, [laptop])).toMatchObject({ x: 0, y: 25, maximized: true })
  })
  it('within reach: its title bar is not above or beside the screen', () => {
    const above = { x: 100, y: -500, width: 1000, height: 700, maximized: false }
    const beside = { x: 1400, y: 100, width: 1000, height: 700, maximized: false }
    expect(placeWindow(above, [laptop])).toMatchObject({ y: 25 })
    expect(placeWindow(beside, [laptop])).toMatchObject({ x: 0 })
  })
  it('no larger than the screen, no smaller than the page can be', () => {
    expect(placeWindow({ x: 0, y: 25, width: 9000, height: 9000, maximized: false }, [laptop])).toMatchObject({
      width: 1440,
      height: 875,
    })
    expect(placeWindow({ x: 0, y: 25, width: 200, height: 100, maximized: false }, [laptop])).toMatchObject(smallest)
  })
  it('somewhere, even on a machine that names no screen', () =>
    expect(placeWindow(null, [])).toMatchObject({ x: 0, y: 0 }))
})

it.each([
  '',
  '{',
  'null',
  '[]',
  '{"x":1}',
  '{"x":1,"y":2,"width":"wide","height":4}',
  '{"x":1e999,"y":0,"width":1,"height":1}',
])('does not believe %j', (text) => expect(readBounds(text)).toBeNull())
it('reads what it wrote', () => {
  expect(readBounds(JSON.stringify({ x: 1, y: 2, width: 3, height: 4, maximized: true }))).toEqual({
    x: 1,
    y: 2,
    width: 3,
    height: 4,
    maximized: true,
  })
})
