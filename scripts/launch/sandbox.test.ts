import { describe, expect, it } from 'vitest'
import { sandboxDecision } from './sandbox.mjs'

const user = {
  isRoot: false,
  helper: '/cache/electron/chrome-sandbox',
  isHelperSetuid: false,
  noNewPrivileges: false,
  userNamespaces: 'work' as const,
}

describe('the sandbox', () => {
  it('is on for a user on an ordinary system, and off for root only', () => {
    expect(sandboxDecision(user)).toEqual({ canStart: true, flags: [] })
    expect(sandboxDecision({ ...user, isRoot: true })).toEqual({ canStart: true, flags: ['--no-sandbox'] })
  })

  it('works through the setuid helper where user namespaces are forbidden', () => {
    for (const userNamespaces of ['apparmor', 'switched off', 'refused'] as const) {
      const facts = { ...user, userNamespaces, isHelperSetuid: true }
      expect(sandboxDecision(facts)).toEqual({ canStart: true, flags: [] })
      expect(sandboxDecision({ ...facts, noNewPrivileges: true }).canStart).toBe(false)
    }
  })

  it('is never given up without root: the exact remedy is said instead', () => {
    expect(sandboxDecision({ ...user, userNamespaces: 'apparmor' })).toEqual({
      canStart: false,
      reason: expect.stringContaining('AppArmor'),
      remedy:
        "sudo chown root:root '/cache/electron/chrome-sandbox' && sudo chmod 4755 '/cache/electron/chrome-sandbox'",
    })
    expect(sandboxDecision({ ...user, userNamespaces: 'refused', noNewPrivileges: true })).toEqual({
      canStart: false,
      reason: expect.stringContaining('container'),
      remedy: expect.stringContaining('seccomp'),
    })
  })
})
