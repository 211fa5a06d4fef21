import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { callFailure } from '../engine/entry/client.ts'
import { scratchFolder, startTestEngine } from '../engine/fixtures/test-engine.ts'
import { bornAt } from '../engine/process-identity.ts'
import { readLock } from '../engine/workspace/lock.ts'
import { withEngine } from './session.ts'

let scratch: ReturnType<typeof scratchFolder>
let workspace: string
beforeEach(() => {
  scratch = scratchFolder()
  workspace = join(scratch.path, 'workspace')
  vi.stubEnv('SWITCHPOINT_HOME', join(scratch.path, 'home'))
})
afterEach(async () => {
  const pid = readLock(join(workspace, 'workspace.lock'))?.pid
  if (pid && bornAt(pid) !== null) {
    process.kill(pid, 'SIGTERM')
    await expect.poll(() => bornAt(pid), { timeout: 60_000 }).toBeNull()
  }
  vi.unstubAllEnvs()
  scratch.remove()
})

it('asks what was only read again of the next engine; a deed says that it failed', async () => {
  const engine = await startTestEngine(workspace)
  await withEngine(workspace, async ({ calls }) => {
    expect(await calls.runs.list({})).toEqual({ runs: [] })
    // Stopped first, so that both are in flight when it dies.
    process.kill(engine.pid, 'SIGSTOP')
    const reading = calls.runs.list({})
    const deed = calls.runs.stop({ id: 'run_nowhere1' }).catch(callFailure)
    await sleep(100)
    await engine.kill()
    expect(await reading).toEqual({ runs: [] })
    expect(await deed).toMatchObject({ code: 'engine.stopped' })
    expect((await calls.system.info({})).enginePid).not.toBe(engine.pid)
  })
})
