/**
 * The trainers that live now: their journals are read, their commands delivered, their ends noticed. It knows processes and
 * sockets; what an end means is decided elsewhere.
 */
import type { ChildProcess } from 'node:child_process'
import type { WebSocket } from 'ws'
import { TrainerNotice, type TrainerCommand } from '#shared/contract/journal.ts'
import type { Log } from '../log.ts'
import { isAlive, type ProcessIdentity } from '../process-identity.ts'
import type { Ingestion } from './ingest.ts'

export interface Exit {
  readonly code: number | null
  readonly signal: string | null
}

export interface SupervisionDeps {
  readonly ingestion: Ingestion
  readonly log: Log
  readonly tickMs?: number
  /** New records of a run are in the store. */
  points(run: string): void
  /** The process of a run is gone; all it wrote has been read. `asked`: what it had been asked for. */
  gone(run: string, exit: Exit | null, asked: 'pause' | 'stop' | null): void
}

export interface Supervision {
  watch(run: string, process: ProcessIdentity, child: ChildProcess | null): void
  attach(run: string, socket: WebSocket): void
  /** Delivered now, or when the trainer connects; after a while by signal. */
  command(run: string, command: 'pause' | 'stop'): void
  readonly runs: readonly string[]
  pids(): number[]
  /** Resolves when no trainer is left, or when the time is up: true or false. */
  empty(timeoutMs: number): Promise<boolean>
  stop(): void
}

interface Watched {
  readonly process: ProcessIdentity
  readonly isOwn: boolean
  exit: Exit | null
  lostAt: number | null
  socket: WebSocket | null
  ask: { readonly command: 'pause' | 'stop'; readonly at: number; signalled: boolean } | null
}

/** A trainer that cannot be reached by its socket for this long is asked by SIGTERM, which pauses it. */
const signalAfterMs = 10_000
/** Asked again after this long: the user means it. */
const forceAfterMs = 30_000
/** How long the exit code of a child may come after its process is gone. */
const exitGraceMs = 2_000

export function createSupervision(deps: SupervisionDeps): Supervision {
  const { ingestion, log, tickMs = 500 } = deps
  const watched = new Map<string, Watched>()
  const reading = new Set<string>()
  /** Runs whose journal cannot be taken in just now (a full disk): said once, tried again at every look. */
  const failing = new Set<string>()
  let waiting: (() => void)[] = []

  /** Reads a journal in pieces, with turns between for everybody else. */
  async function read(run: string): Promise<void> {
    if (reading.has(run)) return
    reading.add(run)
    try {
      for (let isMore = true; isMore && watched.has(run);) {
        const taken = ingestion.take(run)
        if (taken.changed) deps.points(run)
        failing.delete(run)
        isMore = taken.isMore
        if (isMore) await new Promise((resolve) => setImmediate(resolve))
      }
    } catch (error) {
      if (!failing.has(run)) log.error({ err: error, run }, 'a journal could not be taken in')
      failing.add(run)
    } finally {
      reading.delete(run)
    }
  }

  function finish(run: string, entry: Watched): void {
    watched.delete(run)
    entry.socket?.terminate()
    try {
      ingestion.takeAll(run)
    } catch (error) {
      log.error({ err: error, run }, 'the end of a journal could not be taken in')
    }
    deps.points(run)
    deps.gone(run, entry.exit, entry.ask?.command ?? null)
    if (watched.size === 0) {
      for (const resolve of waiting) resolve()
      waiting = []
    }
  }

  function look(): void {
    const now = Date.now()
    for (const [run, entry] of watched) {
      if (entry.exit === null && isAlive(entry.process)) {
        void read(run)
        remind(run, entry, now)
        continue
      }
      entry.lostAt ??= now
      const mayStillTell = entry.isOwn && entry.exit === null && now - entry.lostAt < exitGraceMs
      if (!mayStillTell) finish(run, entry)
    }
  }

  function remind(run: string, entry: Watched, now: number): void {
    const { ask } = entry
    if (!ask || ask.signalled || entry.socket || now - ask.at < signalAfterMs) return
    ask.signalled = true
    log.warn({ run, pid: entry.process.pid }, 'a trainer without a line is paused by SIGTERM')
    kill(entry.process, 'SIGTERM')
  }

  function send(entry: Watched): void {
    if (!entry.ask || !entry.socket) return
    const message: TrainerCommand = { command: entry.ask.command }
    entry.socket.send(JSON.stringify(message))
  }

  const timer = setInterval(look, tickMs)

  return {
    watch(run, process, child) {
      const entry: Watched = { process, isOwn: child !== null, exit: null, lostAt: null, socket: null, ask: null }
      watched.set(run, entry)
      child?.once('exit', (code, signal) => {
        entry.exit = { code, signal }
        if (watched.get(run) === entry) finish(run, entry)
      })
    },
    attach(run, socket) {
      const entry = watched.get(run)
      if (!entry) return socket.close(1008, 'not watched')
      entry.socket?.terminate()
      entry.socket = socket
      socket.on('message', (data) => {
        if (TrainerNotice.safeParse(parsed(String(data))).success) void read(run)
      })
      socket.on('error', () => socket.terminate())
      socket.on('close', () => {
        if (entry.socket === socket) entry.socket = null
      })
      send(entry)
    },
    command(run, command) {
      const entry = watched.get(run)
      if (!entry) return
      const now = Date.now()
      if (entry.ask && command === 'stop' && now - entry.ask.at > forceAfterMs) {
        log.warn({ run, pid: entry.process.pid }, 'a trainer that did not stop is ended by force')
        return kill(entry.process, 'SIGKILL')
      }
      entry.ask = { command, at: entry.ask?.command === command ? entry.ask.at : now, signalled: false }
      send(entry)
    },
    get runs() {
      return [...watched.keys()]
    },
    pids: () => [...watched.values()].map((entry) => entry.process.pid),
    empty(timeoutMs) {
      if (watched.size === 0) return Promise.resolve(true)
      return new Promise((resolve) => {
        const late = setTimeout(() => resolve(false), timeoutMs)
        waiting.push(() => {
          clearTimeout(late)
          resolve(true)
        })
      })
    },
    stop: () => clearInterval(timer),
  }
}

function kill(process: ProcessIdentity, signal: NodeJS.Signals): void {
  try {
    if (isAlive(process)) globalThis.process.kill(process.pid, signal)
  } catch {
    // It ended in this moment: the next look sees it.
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
