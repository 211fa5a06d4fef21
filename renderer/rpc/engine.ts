/**
 * The engine as views and stores see it: typed calls, `changed` for notices, `line` for the banner. One a page.
 */
import { createORPCClient } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '#shared/contract/contract.ts'
import { portCarrier, socketAddress, socketCarrier, type Carrier } from './carriers.ts'
import { connection, type Clock, type LineState } from './connection.ts'
import { noticeBoard } from './notices.ts'

export type EngineClient = ContractRouterClient<Contract>

export function engineOver(carrier: Carrier, clock?: Clock) {
  const line = connection(carrier, clock)
  const client = createORPCClient<EngineClient>(line.link)
  const board = noticeBoard()

  /** One subscription a wire; it ends with its wire, the next wire brings the next. */
  async function listen() {
    try {
      for await (const notice of await client.system.notices({})) board.take(notice)
    } catch {
      // The line is down; `onOpen` subscribes again.
    }
  }
  line.onOpen(() => void listen())
  const { system, jobs, uploads, datasets, curate, subsets, runs, analysis, curves, studies } = client
  return {
    system,
    jobs,
    uploads,
    datasets,
    curate,
    subsets,
    runs,
    analysis,
    curves,
    studies,
    line,
    changed: board.changed,
  }
}
export type Engine = ReturnType<typeof engineOver>

let page: Engine | undefined

/** Opens the page's line: over the desktop's port where there is a desktop, over a WebSocket otherwise. */
export function openEngine(): Engine {
  const carrier = window.switchpoint
    ? portCarrier(window.switchpoint, window)
    : socketCarrier(socketAddress(window.location, window.sessionStorage))
  page = engineOver(carrier)
  page.line.start()
  return page
}

/** Tests hand in an engine of their own. */
export function useEngineOf(engine: Engine): void {
  page = engine
}

/** Where the page's line stands, for what is shown with or without an engine; null where there is none at all. */
export const lineState = (): LineState | null => page?.line.state.value ?? null

export function useEngine(): Engine {
  if (!page) throw new Error('openEngine() comes first')
  return page
}
