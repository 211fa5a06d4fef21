import { describe, expect, it } from 'vitest'
import { Failure } from '#shared/contract/failure.ts'
import { createJobs } from './jobs.ts'

function withClock() {
  const clock = { now: 1_000 }
  const notices: string[] = []
  return { clock, notices, jobs: createJobs({ now: () => clock.now, changed: (id) => notices.push(id) }) }
}

describe('jobs', () => {
  it('tells how far, how fast and how long still', async () => {
    const { clock, jobs } = withClock()
    let release = () => {}
    const id = jobs.start({ kind: 'import', label: 'Importing a.jsonl', unit: 'rows', total: 100 }, async (job) => {
      job.progress(0)
      clock.now += 2_000
      job.progress(40)
      await new Promise<void>((resolve) => (release = resolve))
      return 'ds_abcd'
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(jobs.list()[0]).toMatchObject({ id, state: 'running', done: 40, total: 100, rate: 20, secondsLeft: 3 })
    release()
    expect(await jobs.finished(id)).toBe('ds_abcd')
    expect(jobs.list()[0]).toMatchObject({ state: 'done', result: 'ds_abcd', secondsLeft: 0 })
  })

  it('cancels through the signal and says cancelled, not failed', async () => {
    const { jobs } = withClock()
    const id = jobs.start({ kind: 'export', label: 'Exporting', unit: 'rows' }, async (job) => {
      await new Promise<void>((resolve) => job.signal.addEventListener('abort', () => resolve()))
      job.throwIfCancelled()
      return null
    })
    await new Promise((resolve) => setImmediate(resolve))
    jobs.cancel(id)
    await expect(jobs.finished(id)).rejects.toMatchObject({ code: 'cancelled' })
    expect(jobs.list()[0]).toMatchObject({ state: 'cancelled', error: null })
  })

  it('keeps the facts of a failure', async () => {
    const { jobs } = withClock()
    const facts = {
      code: 'file.missing',
      message: 'No such file.',
      input: 'x.jsonl',
      remedy: 'Check the path.',
    } as const
    const id = jobs.start({ kind: 'import', label: 'Importing', unit: 'rows' }, () =>
      Promise.reject(new Failure(facts)),
    )
    await expect(jobs.finished(id)).rejects.toThrow('No such file.')
    expect(jobs.list()[0]).toMatchObject({ state: 'failed', error: facts })
  })

  it('refuses an id it never gave and forgives cancelling what is over', async () => {
    const { jobs } = withClock()
    expect(() => jobs.cancel('job_0000')).toThrow('no such job')
    const id = jobs.start({ kind: 'subset', label: 'Drawing', unit: 'rows' }, async () => null)
    await jobs.finished(id)
    jobs.cancel(id)
    expect(jobs.list()[0]?.state).toBe('done')
  })

  it('ends every job when the engine ends, and forgets old ones', async () => {
    const { jobs } = withClock()
    for (let i = 0; i < 80; i++)
      await jobs.finished(jobs.start({ kind: 'subset', label: `${i}`, unit: 'rows' }, async () => null))
    expect(jobs.list()).toHaveLength(50)
    jobs.start({ kind: 'import', label: 'long', unit: 'rows' }, (job) => {
      return new Promise((_, reject) => job.signal.addEventListener('abort', () => reject(job.signal.reason as Error)))
    })
    await jobs.close()
    expect(jobs.list()[0]).toMatchObject({ label: 'long', state: 'cancelled' })
  })
})
