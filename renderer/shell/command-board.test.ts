// @vitest-environment happy-dom
import { effectScope } from 'vue'
import { describe, expect, it, vi } from 'vitest'
import { commands, keysLabel } from '#shared/desktop/commands.ts'
import { bindCommands, canPerform, commandFor, matches, perform } from './command-board.ts'

const press = (key: string, held: Partial<KeyboardEventInit> = {}) => new KeyboardEvent('keydown', { key, ...held })

describe('commands', () => {
  it('have ids and keys of their own', () => {
    const keys = commands.flatMap((command) => ('keys' in command ? [command.keys] : []))
    expect(new Set(commands.map(({ id }) => id)).size).toBe(commands.length)
    expect(new Set(keys).size).toBe(keys.length)
  })
  it('match their accelerator and no other', () => {
    expect(matches(press('k', { ctrlKey: true }), 'CmdOrCtrl+K', false)).toBe(true)
    expect(matches(press('k', { metaKey: true }), 'CmdOrCtrl+K', true)).toBe(true)
    expect(matches(press('k', { ctrlKey: true, shiftKey: true }), 'CmdOrCtrl+K', false)).toBe(false)
    expect(matches(press('k'), 'CmdOrCtrl+K', false)).toBe(false)
    expect(matches(press('ArrowLeft', { altKey: true }), 'Alt+Left', false)).toBe(true)
    expect(commandFor(press('K', { ctrlKey: true }), false)?.id).toBe('palette.open')
  })
  it('show their keys as the system writes them', () => {
    expect([
      keysLabel('CmdOrCtrl+Shift+L', 'darwin'),
      keysLabel('CmdOrCtrl+K', 'linux'),
      keysLabel('Alt+Left', 'linux'),
    ]).toEqual(['⌘⇧L', 'Ctrl K', 'Alt ←'])
  })
  it('do what the newest binding says, for as long as its view lives', () => {
    const lasting = vi.fn()
    const ofView = vi.fn()
    const shell = effectScope()
    shell.run(() => bindCommands({ 'subset.save': lasting }))
    const view = effectScope()
    view.run(() => bindCommands({ 'subset.save': ofView }))
    perform('subset.save')
    view.stop()
    perform('subset.save')
    shell.stop()
    expect([
      ofView.mock.calls.length,
      lasting.mock.calls.length,
      canPerform('subset.save'),
      perform('subset.save'),
    ]).toEqual([1, 1, false, false])
  })
})
