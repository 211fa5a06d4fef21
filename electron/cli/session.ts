/** A command's line to the engine: joined or started, closed when the command is through. */
import { callFailure, connect, type EngineCalls } from '../engine/entry/client.ts'
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
  const client = await connect(engine)
  try {
    return await work({ engine, calls: client.calls })
  } catch (error) {
    throw callFailure(error)
  } finally {
    client.close()
  }
}
