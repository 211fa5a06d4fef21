/** What the engine says of itself: the facts page, the heartbeat of the status line, the text of "Copy diagnostics". */
import { readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Pulse, SystemInfo } from '#shared/contract/contract.ts'
import { webAssemblyName, webAssemblyWarning } from '#shared/experiment/webassembly.ts'
import { openExample } from '../example/build-example.ts'
import { examplePlace, isExample } from '../example/example-mark.ts'
import { lastLines } from '../log.ts'
import type { Notices } from '../notices.ts'
import { createOtherWorkspaces } from '../serve/other-workspaces.ts'
import type { RunRecords } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { versionOf } from '../store/migrate.ts'
import type { Workspace } from '../workspace/folder.ts'
import { recentWorkspaces, type RecentWorkspace } from '../workspace/user-folder.ts'
import type { BackendKnowledge } from './backend-probe.ts'
import { diskOf, machine, residentBytes } from './machine.ts'

export interface SystemService {
  info(): Promise<SystemInfo>
  pulse(): Pulse
  diagnostics(): Promise<string>
  recent(): RecentWorkspace[]
  /** The folder of the bundled example, built where it is not there yet. */
  openExample(): Promise<string>
  /** The same, with the address at which it is served. */
  serveExample(): Promise<{ path: string; url: string }>
}

export interface SystemDeps {
  readonly workspace: Workspace
  readonly store: Store
  readonly records: RunRecords
  readonly notices: Notices
  readonly backend: BackendKnowledge
  readonly version: string
  trainerPids(): readonly number[]
  /** Runs at work that need the one client there is. */
  held(): number
  now(): number
}

const require = createRequire(import.meta.url)
const duckdbVersion = (require('@duckdb/node-api/package.json') as { version: string }).version.replace(/-r\.\d+$/, '')

/** A full disk stops a run between two checkpoints: said before it happens (bytes). */
const littleDisk = 2e9
const sizeKeptMs = 30_000

export function createSystemService(deps: SystemDeps): SystemService {
  const { workspace, store, records, backend } = deps
  let size = { bytes: 0, at: Number.NEGATIVE_INFINITY }
  const workspaceBytes = () => {
    if (deps.now() - size.at > sizeKeptMs) size = { bytes: folderBytes(workspace.path), at: deps.now() }
    return size.bytes
  }

  async function info(): Promise<SystemInfo> {
    // The first answer does not wait for TensorFlow; a `system` notice follows when it is known.
    if (backend.facts() === null && backend.problem() === null)
      void backend.known().then(() => deps.notices.changed('system'))
    const facts = backend.facts()
    return {
      version: deps.version,
      workspace: {
        path: workspace.path,
        name: workspace.name,
        bytes: workspaceBytes(),
        isExample: isExample(workspace.path),
      },
      enginePid: process.pid,
      node: process.versions.node,
      sqlite: store.sqlite.prepare('SELECT sqlite_version()').pluck().get() as string,
      duckdb: duckdbVersion,
      backend: facts && { ...facts },
      backendProblem: backend.problem()?.facts() ?? null,
      machine: await machine(),
      disk: diskOf(workspace.path),
    }
  }

  function pulse(): Pulse {
    const running = records.inStates(['running'])
    const queued = records.inStates(['queued'])
    const speeds = running.flatMap(({ tokens_per_second }) => tokens_per_second ?? [])
    const ends = running.flatMap(({ seconds_left }) => seconds_left ?? [])
    const pids = [process.pid, ...deps.trainerPids()]
    return {
      running: running.length,
      queued: queued.length,
      held: deps.held(),
      tokensPerSecond: speeds.length > 0 ? speeds.reduce((a, b) => a + b, 0) : null,
      secondsLeft: ends.length > 0 ? Math.max(...ends) : null,
      memoryBytes: pids.reduce((total, pid) => total + (residentBytes(pid) ?? 0), 0),
      warnings: warnings(),
    }
  }

  function warnings(): Pulse['warnings'] {
    const { freeBytes } = diskOf(workspace.path)
    const disk =
      freeBytes < littleDisk ? [{ text: `Only ${(freeBytes / 1e9).toFixed(1)} GB of disk are free.`, run: null }] : []
    const isSlow = backend.facts()?.name === webAssemblyName
    const slow = isSlow ? [{ text: webAssemblyWarning, run: null }] : []
    const problem = backend.problem()
    const missing = problem ? [{ text: problem.message, run: null }] : []
    const resumable = records.inStates(['interrupted']).map((run) => ({
      text: `${run.name} was interrupted at step ${run.step}: resume it from its last checkpoint.`,
      run: run.id,
    }))
    return [...disk, ...missing, ...slow, ...resumable.slice(0, 5)]
  }

  const others = createOtherWorkspaces()
  const exampleFolder = () => openExample({ place: examplePlace(), codeVersion: deps.version, now: deps.now })
  return {
    info,
    pulse,
    recent: () => recentWorkspaces(),
    openExample: exampleFolder,
    async serveExample() {
      const path = await exampleFolder()
      return { path, url: await others.served(path) }
    },
    async diagnostics() {
      const facts = await info()
      const runs = records.all({ deleted: false })
      const states = [...Map.groupBy(runs, (run) => run.state)].map(([state, of]) => `${of.length} ${state}`)
      const failures = runs.filter((run) => run.error !== null).slice(0, 5)
      return [
        `Switchpoint ${facts.version}, engine ${facts.enginePid}, store version ${versionOf(store.sqlite)}`,
        `Node ${facts.node}, SQLite ${facts.sqlite}, DuckDB ${facts.duckdb}, ${process.platform} ${process.arch}`,
        facts.backend
          ? `Backend: ${JSON.stringify(facts.backend)}`
          : `Backend: ${facts.backendProblem?.message ?? 'not asked yet'}`,
        `Machine: ${facts.machine.cpu}, ${facts.machine.threads} threads, ${gigabytes(facts.machine.memoryBytes)} memory, GPU ${facts.machine.gpu ?? 'none'}`,
        `Disk: ${gigabytes(facts.disk.freeBytes)} free of ${gigabytes(facts.disk.totalBytes)}; workspace ${gigabytes(facts.workspace.bytes)}`,
        `Runs: ${states.join(', ') || 'none'}`,
        ...failures.map((run) => `  ${run.id} ${run.kind} ${run.state}: ${run.error}`),
        '',
        'Last lines of the log:',
        lastLines(workspace.logs),
      ]
        .join('\n')
        .replaceAll(workspace.path, '<workspace>')
        .replaceAll(homedir(), '~')
    },
  }
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`

/** Bytes of all files below a folder; links are not followed. */
function folderBytes(folder: string): number {
  let bytes = 0
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    try {
      bytes += statSync(join(entry.parentPath, entry.name)).size
    } catch {
      // Gone between the listing and the look: a checkpoint that was just dropped.
    }
  }
  return bytes
}
