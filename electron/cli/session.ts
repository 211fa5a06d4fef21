/**
 * A command's line to the engine: joined or started, closed when the command is through. Whoever started an engine starts it
 * again when it is killed: the next call after that finds a new one. Of what is in flight then, a read is asked again of the
 * next engine; a deed fails as `engine.stopped`, for only its caller knows whether it may be repeated.
 */
import { createORPCClient, type ClientContext, type ClientLink } from '@orpc/client'
import { callKind, mostBreaks } from '#shared/contract/call-kinds.ts'
import { callFailure, connect, type EngineCalls, type EngineClient } from '../engine/entry/client.ts'
import { joinOrStart, type EngineAddress } from '../engine/entry/join-or-start.ts'

/** An engine that a command started for itself alone stays this long after it: quick follow-ups find it warm. */
const lingerMs = 10_000

export interface Session {
  readonly engine: EngineAddress
  readonly calls: EngineCalls
}

/** Joins or starts the engine of a workspace, does the work, hangs up. Errors come out as `Failure`. */
export async function withEngine<T>(workspace: string, work: (session: Session) => Promise<T>): Promise<T> {
  const first = await reach(workspace)
  let { client } = first
  let joining: Promise<EngineClient> | null = null
  const rejoin = async () => {
    client = (await reach(workspace)).client
    return client
  }
  const current = (): Promise<EngineClient> => {
    if (client.isOpen) return Promise.resolve(client)
    joining ??= rejoin().finally(() => (joining = null))
    return joining
  }
  const link: ClientLink<ClientContext> = {
    async call(path, input, options) {
      for (let breaks = 1; ; breaks++) {
        try {
          return await (await current()).link.call(path, input, options)
        } catch (error) {
          const isBroken = callFailure(error).code === 'engine.stopped' && !options.signal?.aborted
          if (!isBroken || callKind(path) !== 'read' || breaks === mostBreaks) throw error
        }
      }
    },
  }
  try {
    return await work({ engine: first.engine, calls: createORPCClient<EngineCalls>(link) })
  } catch (error) {
    throw callFailure(error)
  } finally {
    client.close()
  }
}

/** An engine and a line to it. One that dies between the two is not the answer: the next one is looked for. */
async function reach(workspace: string, tries = 3): Promise<{ engine: EngineAddress; client: EngineClient }> {
  const engine = await joinOrStart(workspace, { lingerMs })
  try {
    return { engine, client: await connect(engine) }
  } catch (error) {
    if (tries === 1) throw error
    return reach(workspace, tries - 1)
  }
}
