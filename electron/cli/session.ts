/**
 * A command's line to the engine: joined or started, closed when the command is through. Whoever started an engine starts it
 * again when it is killed: the next call after that finds a new one. A call in flight fails as `engine.stopped`, for only its
 * caller knows whether it may be repeated (follow.ts repeats what only looks).
 */
import { createORPCClient, type ClientContext, type ClientLink } from '@orpc/client'
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
  const engine = await joinOrStart(workspace, { lingerMs })
  let client: EngineClient = await connect(engine)
  let joining: Promise<EngineClient> | null = null
  const rejoin = async () => {
    client = await connect(await joinOrStart(workspace, { lingerMs }))
    return client
  }
  const current = (): Promise<EngineClient> => {
    if (client.isOpen) return Promise.resolve(client)
    joining ??= rejoin().finally(() => (joining = null))
    return joining
  }
  const link: ClientLink<ClientContext> = {
    call: async (path, input, options) => (await current()).link.call(path, input, options),
  }
  try {
    return await work({ engine, calls: createORPCClient<EngineCalls>(link) })
  } catch (error) {
    throw callFailure(error)
  } finally {
    client.close()
  }
}
