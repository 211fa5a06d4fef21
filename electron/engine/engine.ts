/**
 * An engine: one workspace, its store, its server and whatever runs. Composed here and nowhere else; every part is handed
 * what it needs.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, rmSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import type { WebSocket } from 'ws'
import { Failure, factsOf } from '#shared/contract/failure.ts'
import { verifierOfData } from '#shared/experiment/task-names.ts'
import { createCurves } from './analysis/branch-curves.ts'
import { createFits } from './analysis/fits.ts'
import type { EngineContext } from './context.ts'
import { createCurveImports } from './curves/import-curves.ts'
import { createDatasetService } from './datasets/dataset-service.ts'
import { createEstimates } from './estimates/estimates.ts'
import { createJobs } from './jobs.ts'
import { createLifetime, isAlone } from './lifetime.ts'
import { openLog, type Log } from './log.ts'
import { createNotices } from './notices.ts'
import { ownIdentity } from './process-identity.ts'
import { router } from './rpc/router.ts'
import { createIngestion } from './runs/ingest.ts'
import { keptDeletedMs, purgeDeleted } from './runs/purge.ts'
import { createRunService } from './runs/run-service.ts'
import { createScheduler } from './runs/scheduler.ts'
import { createFrontDesk, type Listening } from './serve/front-desk.ts'
import { createRpcDoor } from './serve/rpc-door.ts'
import { createDatasetStore } from './store/datasets.ts'
import { createMeasurements } from './store/measurements.ts'
import { createRunRecords } from './store/runs.ts'
import { createSpeeds } from './store/speeds.ts'
import { createStudyRecords, withoutKind } from './store/studies.ts'
import { openStore } from './store/store.ts'
import { concludeWith } from './studies/conclude.ts'
import { createStudies } from './studies/studies.ts'
import { createSwitchStudies } from './studies/switch/switch-studies.ts'
import { backendKnowledge } from './system/backend-probe.ts'
import { machine } from './system/machine.ts'
import { createSystemService } from './system/system-service.ts'
import { codeVersion, programFolder, version } from './version.ts'
import { openFolder, type Workspace } from './workspace/folder.ts'
import { handshake } from './workspace/handshake.ts'
import { isHeldElsewhere, keepTouching, readLock, removeLock, writeLock, type LockFile } from './workspace/lock.ts'
import { makeShortFolder, shortFolder, socketPath } from './workspace/socket-path.ts'
import { rememberWorkspace } from './workspace/user-folder.ts'

export interface EngineOptions {
  readonly workspace: string
  readonly lingerMs: number
  /** Another program in the trainer's place, for tests. */
  readonly trainer?: string
  /** Called when nobody has needed the engine for `lingerMs`. */
  onIdle(): void
}

export interface Engine {
  readonly workspace: string
  readonly log: Log
  readonly lock: LockFile
  /** Opens the TCP door and keeps it open. */
  serve(port: number, token: string): Promise<Listening>
  /** Checkpoints what runs, closes everything. Safe to call twice. */
  close(): Promise<void>
}

/** Throws `workspace.locked` when the workspace has an engine already; what openFolder and openStore throw. */
export async function startEngine({ workspace: path, lingerMs, trainer, onIdle }: EngineOptions): Promise<Engine> {
  const workspace = openFolder(path)
  const standing = readLock(workspace.lock)
  if (standing) await refuseIfHeld(standing, workspace)
  const store = openStore(workspace.database, { backups: workspace.backups })
  const log = openLog(workspace.logs)
  const now = () => Date.now()
  const startedAt = now()
  const silentMs = standing ? startedAt - statSync(workspace.lock).mtimeMs : 0
  const notices = createNotices(startedAt)
  const jobs = createJobs({ now, changed: (id) => notices.changed('jobs', id) })
  const records = createRunRecords(store)
  const measurements = createMeasurements(store)
  const datasetStore = createDatasetStore(store)
  const datasets = createDatasetService({
    folders: workspace,
    store: datasetStore,
    now,
    changed: (kind, id) => notices.changed(kind, id),
  })
  const backend = backendKnowledge()
  const socket = socketPath(workspace.path, shortFolder())
  const { threads } = await machine()
  const common = { store, records, measurements, notices, log, now, runsFolder: workspace.runs }
  const estimates = createEstimates({
    ...{ records, measurements, backend, now, workspacePath: workspace.path },
    speeds: createSpeeds(store),
    data: datasets.forRuns,
  })
  const scheduler = createScheduler({
    ...{ ...common, socket, threads, graphCache: workspace.graphs, program: trainer },
    ingestion: createIngestion(common),
    rowsOf: datasets.forRuns.rows,
    verifierOf: (ref) => verifierOfData(datasets.forRuns.facts(ref).task),
    device: () => backend.device(),
    settled(run) {
      void estimates
        .learn(run)
        .catch((error: unknown) => log.warn({ err: error, run: run.id }, 'a speed could not be learnt'))
      lifetime.check()
    },
  })
  const runs = createRunService({
    ...common,
    scheduler,
    codeVersion: codeVersion(),
    data: datasets.forRuns.facts,
    needsChanged: () => lifetime.check(),
  })
  const system = createSystemService({
    ...common,
    workspace,
    backend,
    version: codeVersion(),
    trainerPids: () => scheduler.trainerPids(),
    held: () =>
      serving.size === 0 && isAlone(door.since, now())
        ? scheduler.atWork().filter((run) => run.detached === 0).length
        : 0,
  })
  const fits = createFits(store, now)
  const curves = createCurves({ ...common, fits })
  const curveImports = createCurveImports({ ...common, codeVersion: codeVersion() })
  const studyRecords = createStudyRecords(store)
  const searches = createSwitchStudies({
    ...{ ...common, threads, runs, studies: studyRecords, workspacePath: workspace.path },
    isOnItsWay: scheduler.isOnItsWay,
    estimate: async (spec) => (await estimates.of(spec)).stages[0]!,
  })
  const studies = createStudies({
    ...{ ...common, workspace, threads, runs, estimates, isOnItsWay: scheduler.isOnItsWay },
    studies: withoutKind(studyRecords, 'switch'),
    conclude: concludeWith({ ...common, curves, fits }),
  })
  const context: EngineContext = {
    ...{ workspace, jobs, datasets, notices, log, system, runs, estimates, curves, curveImports, studies, searches },
  }

  const serving = new Set<WebSocket>()
  const lifetime = createLifetime({
    lingerMs,
    needs: () => ({
      clients: door.clients + serving.size,
      detached: scheduler.atWork().filter((run) => run.detached === 1).length,
    }),
    end: onIdle,
  })
  const door = createRpcDoor(router, context, lifetime.check)

  if (dirname(socket) === shortFolder()) makeShortFolder(shortFolder())
  const lock: LockFile = {
    host: hostname(),
    ...ownIdentity(),
    startedAt,
    socket,
    token: randomBytes(32).toString('base64url'),
    version,
  }
  const desk = createFrontDesk({
    health: { app: 'switchpoint', pid: lock.pid, startedAt, workspace: workspace.path, version },
    token: lock.token,
    pageFolder: join(programFolder, 'out', 'renderer'),
    log,
    acceptClient: (client) => door.accept(client),
    isTrainer: (run, attempt, token) => scheduler.isTrainer(run, attempt, token),
    acceptTrainer: (run, _attempt, trainer) => scheduler.attachTrainer(run, trainer),
    acceptServing: (client, request) => {
      serving.add(client)
      lifetime.check()
      const listening = desk.listenOnTcp(request.port, request.token)
      const say = (words: object) => client.readyState === client.OPEN && client.send(JSON.stringify(words))
      client.on('close', () => {
        serving.delete(client)
        lifetime.check()
        void listening.then((tcp) => tcp.close()).catch(() => {})
      })
      client.on('error', () => client.terminate())
      listening.then(
        ({ url, port }) => say({ url, port, pid: process.pid }),
        (error: unknown) => say({ error: factsOf(error) }),
      )
    },
  })
  // The store is ours alone, so whatever stands at the socket's path belongs to nobody.
  if (existsSync(socket)) rmSync(socket, { force: true })
  await desk.listenOnSocket(socket)
  /** Runs first: what only they needed may go with them. */
  const purge = () => {
    const runs = purgeDeleted(common)
    const all = [...records.all({ deleted: false }), ...records.all({ deleted: true })]
    const isUsed = (subset: string) => all.some((run) => run.stage.includes(`"${subset}"`))
    const data = datasets.purge(now() - keptDeletedMs, isUsed)
    if (runs.length + data.length > 0) log.info({ runs, data }, 'what was removed long ago is purged')
  }
  purge()
  const purging = setInterval(purge, purgeEveryMs).unref()
  scheduler.takeOver({ holdQueue: silentMs > longSilenceMs })
  studies.takeOver()
  searches.takeOver()
  writeLock(workspace.lock, lock)
  const stopTouching = keepTouching(workspace.lock)
  rememberWorkspace({
    path: workspace.path,
    name: workspace.name,
    openedAt: startedAt,
    summary: summaryOf(records.all({ deleted: false }).length),
  })
  log.info({ socket, version: codeVersion() }, 'engine started')
  lifetime.check()

  async function closeAll(): Promise<void> {
    lifetime.stop()
    stopTouching()
    clearInterval(purging)
    await scheduler.close()
    studies.close()
    searches.close()
    await Promise.all([jobs.close(), fits.close()])
    await datasets.close()
    notices.close()
    door.close()
    removeLock(workspace.lock, lock)
    await desk.close()
    rmSync(socket, { force: true })
    store.close()
    log.info('engine ended')
  }
  let closing: Promise<void> | undefined
  return {
    workspace: workspace.path,
    log,
    lock,
    serve: (port, token) => desk.listenOnTcp(port, token),
    close: () => (closing ??= closeAll()),
  }
}

/** An engine may live for weeks. */
const purgeEveryMs = 24 * 3600 * 1000

/** An engine that was killed is started again within seconds; after more the queue waits for a person. */
const longSilenceMs = 5 * 60_000

const summaryOf = (runs: number): string => (runs === 1 ? '1 run' : `${runs} runs`)

async function refuseIfHeld(standing: LockFile, workspace: Pick<Workspace, 'path' | 'lock'>): Promise<void> {
  const held =
    standing.host === hostname()
      ? (await handshake(standing, workspace.path)) !== null
      : isHeldElsewhere(workspace.lock, standing, hostname())
  if (!held) return
  throw new Failure({
    code: 'workspace.locked',
    message: `This workspace is open on ${standing.host} (engine ${standing.pid}).`,
    input: workspace.path,
    remedy:
      standing.host === hostname()
        ? 'Join that engine.'
        : 'Close it there, or wait a minute after that machine was switched off.',
  })
}
