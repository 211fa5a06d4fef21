/**
 * A window's line to its workspace's engine. The page asks for a port; this joins or starts the engine, pipes, and hands the
 * port over. When the engine dies the pipe closes, the page asks again, and the engine is started again: nobody polls.
 */
import type { MessagePortMain } from 'electron'
import { factsOf } from '#shared/contract/failure.ts'
import type { EngineProblem } from '#shared/desktop/bridge.ts'
import type { EngineAddress } from './engine-address.ts'

export interface LinkDeps {
  start(workspace: string | null): Promise<EngineAddress>
  /** Makes a pair, keeps one end in `pipe`, and gives the other to the page once the pipe is open. */
  pipe(address: EngineAddress, deliver: (port: MessagePortMain) => void): Promise<void>
  deliver(port: MessagePortMain): void
  tell(problem: EngineProblem | null): void
  wait(ms: number): Promise<void>
}

const retryMs = (attempt: number): number => Math.min(10_000, 250 * 2 ** (attempt - 1))

export function engineLink(workspace: string | null, deps: LinkDeps) {
  let address: EngineAddress | null = null
  let isEnded = false
  let isConnecting = false
  let hadProblem = false

  async function attempt(): Promise<void> {
    address = await deps.start(address?.workspace ?? workspace)
    await deps.pipe(address, deps.deliver)
  }

  return {
    /** Known from the first start on. */
    get workspace(): string | null {
      return address?.workspace ?? workspace
    },
    /** Brings a port, however often it takes; a second request while one is under way is the same request. */
    async request(): Promise<void> {
      if (isConnecting) return
      isConnecting = true
      for (let tries = 1; !isEnded; tries++) {
        try {
          await attempt()
          if (hadProblem) deps.tell(null)
          hadProblem = false
          break
        } catch (error) {
          // The first failure may be the moment between two engines; from the second on it is news.
          if (tries > 1 && !isEnded) {
            deps.tell(problemOf(error))
            hadProblem = true
          }
          await deps.wait(retryMs(tries))
        }
      }
      isConnecting = false
    },
    end() {
      isEnded = true
    },
  }
}
export type EngineLink = ReturnType<typeof engineLink>

function problemOf(error: unknown): EngineProblem {
  const { message, remedy = '', input = '' } = factsOf(error)
  return { message, remedy, detail: input }
}
