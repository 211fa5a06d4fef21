import { describe, expect, it } from 'vitest'
import { chromiumFlags, hasDisplay, routeOf, words } from './routing.mjs'

const onDesktop = { hasDisplay: true }
const onServer = { hasDisplay: false }

describe('no command', () => {
  it('is the window where there is a display', () => {
    const route = routeOf(['--workspace', 'study'], onDesktop)
    expect(route).toMatchObject({ kind: 'window', args: ['--workspace', 'study'], needsBuild: true })
    expect(route.parts).toContain('electron')
  })

  it('is `serve` elsewhere, which needs no Electron', () => {
    const route = routeOf(['--workspace', 'serve'], onServer)
    expect(route).toMatchObject({ kind: 'command', args: ['serve', '--workspace', 'serve'], needsBuild: true })
    expect(route.parts).not.toContain('electron')
  })
})

describe('commands', () => {
  it('get their words as typed', () => {
    const args = ['run', 'start', 'spec.yaml', '--detach', '--json']
    expect(routeOf(args, onDesktop)).toMatchObject({ kind: 'command', args })
  })

  it('that train need TensorFlow, others only want it', () => {
    expect(routeOf(['study', 'quick'], onServer)).toMatchObject({ mayLack: [] })
    expect(routeOf(['run', 'start', 'x.yaml'], onServer)).toMatchObject({ mayLack: [] })
    expect(routeOf(['run', 'list'], onServer).mayLack).toContain('tensorflow')
    expect(routeOf(['--workspace', 'w', 'dataset', 'list'], onServer).mayLack).toContain('addon')
    for (const args of [['study', 'quick'], ['run', 'list'], ['serve']]) {
      expect(routeOf(args, onServer).parts).toEqual(['node', 'packages', 'tensorflow', 'addon', 'kernels'])
    }
  })

  it('never go on without Node and its packages', () => {
    for (const args of [[], ['run', 'list'], ['doctor'], ['dataset', 'list']]) {
      const { mayLack } = routeOf(args, onDesktop)
      expect(mayLack).not.toContain('node')
      expect(mayLack).not.toContain('packages')
    }
  })

  it('fetch nothing big for a question or a slip of the pen', () => {
    for (const args of [['--help'], ['study', 'quick', '--help'], ['-V'], ['help', 'run'], ['stduy']]) {
      expect(routeOf(args, onDesktop)).toMatchObject({ kind: 'command', parts: ['node', 'packages'] })
    }
  })
})

describe('doctor and provision', () => {
  it('doctor provides all but dies of nothing it can report; --no-provision provides nothing', () => {
    const doctor = routeOf(['doctor', '--json'], onServer)
    expect(doctor.parts).toEqual(expect.arrayContaining(['tensorflow', 'electron']))
    expect(doctor.mayLack).toEqual(expect.arrayContaining(['tensorflow', 'electron', 'windowLibraries']))
    expect(routeOf(['doctor', '--no-provision'], onServer).parts).toEqual([])
  })

  it('provision looks anew and dies of what lacks', () => {
    expect(routeOf(['provision'], onServer)).toMatchObject({ again: true, mayLack: [], needsBuild: true })
  })
})

it('tells words from options and their values', () => {
  expect(words(['--workspace', 'run', 'serve', '--port', '80', '--json', '--workspace=list', 'x'])).toEqual([
    'serve',
    'x',
  ])
})

it('takes either display for one', () => {
  expect([{ DISPLAY: ':0' }, { WAYLAND_DISPLAY: 'wayland-0' }, {}, { DISPLAY: '' }].map(hasDisplay)).toEqual([
    true,
    true,
    false,
    false,
  ])
})

it('keeps Chromium quiet unless asked, and tells it of Wayland where there is nothing else', () => {
  expect(chromiumFlags({ DISPLAY: ':0', WAYLAND_DISPLAY: 'wayland-0' })).toEqual(['--log-level=3'])
  expect(chromiumFlags({ WAYLAND_DISPLAY: 'wayland-0' })).toEqual(['--log-level=3', '--ozone-platform=wayland'])
  expect(chromiumFlags({ DISPLAY: ':0', ELECTRON_ENABLE_LOGGING: '1' })).toEqual([])
})
