// The line to the engine over real oRPC on real ports: calls, typed failures, streams, and the engine dying under them.
import { implement } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import { RPCLink } from '@orpc/client/message-port'
import { MessageChannel, type MessagePort as NodePort } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { mostBreaks } from '#shared/contract/call-kinds.ts'
import { contract, type Notice } from '#shared/contract/contract.ts'
import { Failure } from '#shared/contract/failure.ts'
import type { Carrier, Wire } from './carriers.ts'
import { engineOver, type Engine } from './engine.ts'

const os = implement(contract)

/**
 * One life of an engine: it answers `pulse` with its number, streams what it is told to, and can be killed. Only lives from
 * `answersFrom` on come to answer `runs.list`; no life is ever done with `runs.stop`.
 */
function life(number: number, answersFrom = 1) {
  let asked = 0
  const ports: NodePort[] = []
  const streams: ((notice: Notice) => void)[] = []
  const router = {
    system: os.system.router({
      pulse: os.system.pulse.handler(() => ({
        running: number,
        queued: 0,
        held: 0,
        tokensPerSecond: null,
        secondsLeft: null,
        memoryBytes: 0,
        warnings: [],
      })),
      diagnostics: os.system.diagnostics.handler(() => new Promise<never>(() => undefined)),
      notices: os.system.notices.handler(async function* ({ signal }) {
        const waiting: Notice[] = [{ engine: number, seq: 0, kind: 'hello', id: null }]
        let wake = () => undefined as void
        streams.push((notice) => {
          waiting.push(notice)
          wake()
        })
        signal?.addEventListener('abort', () => wake())
        while (!signal?.aborted) {
          for (let next = waiting.shift(); next; next = waiting.shift()) yield next
          await new Promise<void>((resolve) => (wake = resolve))
        }
      }),
    } as never),
    runs: {
      stop: os.runs.stop.handler(() => new Promise<never>(() => undefined)),
      list: os.runs.list.handler(() => {
        asked += 1
        return number < answersFrom ? new Promise<never>(() => undefined) : { runs: [] }
      }),
      get: os.runs.get.handler(({ input, errors }) => {
        throw errors.FAILURE({
          data: {
            code: 'run.not_found',
            message: `There is no run ${input.id}.`,
            input: input.id,
            remedy: 'Look in the list.',
          },
        })
      }),
    },
  }
  const handler = new RPCHandler(router as never)
  return {
    wire(): Wire {
      const { port1, port2 } = new MessageChannel()
      ports.push(port1)
      handler.upgrade(port1 as never, {} as never)
      port1.start()
      const closed = new Promise<void>((resolve) => port2.once('close', () => resolve()))
      const link = new RPCLink({ port: port2 as never })
      port2.start()
      return { link, closed }
    },
    notify: (kind: Notice['kind'], seq: number, id: string | null = null) =>
      streams.forEach((send) => send({ engine: number, seq, kind, id })),
    /** How often `runs.list` was asked of this life. */
    asked: () => asked,
    kill: () => ports.forEach((port) => port.close()),
  }
}

type Life = ReturnType<typeof life>
let engine: Engine | undefined
afterEach(() => engine?.line.stop())

/** Hands out the lives in turn; while there is none it cannot be had. */
function lives(...all: (Life | null)[]) {
  const waited: number[] = []
  const left = [...all]
  const carrier: Carrier = {
    connect: async () => {
      const next = left.length > 1 ? left.shift() : left[0]
      if (!next) throw new Error('nobody there')
      return next.wire()
    },
  }
  engine = engineOver(carrier, {
    wait: (ms) => new Promise((resolve) => (waited.push(ms), setImmediate(resolve))),
  })
  engine.line.start()
  return { engine, waited }
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 20))
async function until(holds: () => boolean) {
  while (!holds()) await settled()
}

describe('the line to the engine', () => {
  it('answers, and waits for an engine that is not there yet', async () => {
    const { engine: client, waited } = lives(null, null, life(1))
    const { running } = await client.system.pulse({})
    expect([running, client.line.state.value, waited]).toEqual([1, 'open', [150, 300]])
  })

  it('throws the engine’s own words', async () => {
    const { engine: client } = lives(life(1))
    const failure = await client.runs.get({ id: 'run_gone1' }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Failure)
    expect((failure as Failure).facts()).toEqual({
      code: 'run.not_found',
      message: 'There is no run run_gone1.',
      input: 'run_gone1',
      remedy: 'Look in the list.',
    })
  })

  it('names the field of a refused request', async () => {
    const { engine: client } = lives(life(1))
    const failure = await client.runs.get({ id: 'not an id' }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'input.invalid', input: 'id' })
  })

  it('fails a deed in flight when the engine was killed, for only its caller knows, and recovers by itself', async () => {
    const first = life(1)
    const { engine: client } = lives(first, life(2))
    await client.system.pulse({})
    const inFlight = client.runs.stop({ id: 'run_first1' }).catch((error: unknown) => error)
    await settled()
    first.kill()
    expect(await inFlight).toMatchObject({ code: 'engine.stopped' })
    expect((await client.system.pulse({})).running).toBe(2)
    expect(client.line.state.value).toBe('open')
  })

  it('asks what was only read again of the next engine, and of the one after it', async () => {
    const all = [life(1, 4), life(2, 4), life(3, 4), life(4, 4)]
    const { engine: client } = lives(...all)
    const reading = client.runs.list({})
    for (const dying of all.slice(0, 3)) {
      await until(() => dying.asked() === 1)
      dying.kill()
    }
    expect(await reading).toEqual({ runs: [] })
    expect(all.map((one) => one.asked())).toEqual([1, 1, 1, 1])
  })

  it('does not let a question kill one engine after the other', async () => {
    const all = Array.from({ length: mostBreaks + 1 }, (_, at) => life(at + 1, Infinity))
    const { engine: client } = lives(...all)
    const reading = client.runs.list({}).catch((error: unknown) => error)
    for (const dying of all.slice(0, mostBreaks)) {
      await until(() => dying.asked() === 1)
      dying.kill()
    }
    expect(await reading).toMatchObject({
      code: 'engine.stopped',
      message: expect.stringContaining(`${mostBreaks} times`),
    })
    expect(all.at(-1)?.asked()).toBe(0)
  })

  it('lets a caller give up while there is no engine', async () => {
    const first = life(1, 2)
    const { engine: client } = lives(first, null)
    const giveUp = new AbortController()
    const reading = client.runs.list({}, { signal: giveUp.signal }).catch((error: unknown) => error)
    await until(() => first.asked() === 1)
    first.kill()
    await until(() => client.line.state.value === 'recovering')
    giveUp.abort(new Error('never mind'))
    expect(await reading).toMatchObject({ message: 'never mind' })
  })

  it('lets a caller give up without calling it the engine’s fault', async () => {
    const { engine: client } = lives(life(1))
    await client.system.pulse({})
    const giveUp = new AbortController()
    const call = client.system.diagnostics({}, { signal: giveUp.signal }).catch((error: unknown) => error)
    await settled()
    giveUp.abort()
    expect(await call).not.toBeInstanceOf(Failure)
  })
})

describe('notices', () => {
  it('tell who asked, with the id; anything missed makes everybody reload', async () => {
    const first = life(1)
    const second = life(2)
    const { engine: client } = lives(first, second)
    const heard: string[] = []
    client.changed('points', (id) => heard.push(`points ${id}`))
    client.changed('runs', (id) => heard.push(`runs ${id}`))
    await until(() => heard.length === 2)
    first.notify('points', 1, 'run_a')
    await until(() => heard.length === 3)
    first.notify('points', 3, 'run_b') // 2 was lost
    await until(() => heard.length === 5)
    first.kill()
    await until(() => heard.length === 7)
    expect(heard).toEqual([
      'points null',
      'runs null',
      'points run_a',
      'points null',
      'runs null',
      'points null',
      'runs null',
    ])
  })
})
