/** `doctor` and `provision`: what is there, what is missing, and how to get it. The set-up itself has run before (scripts/). */
import type { Command } from 'commander'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import type { FailureFacts } from '#shared/contract/failure.ts'
import { factsOf } from '#shared/contract/failure.ts'
import { webAssemblyName, webAssemblyWarning } from '#shared/experiment/webassembly.ts'
import { formatBytes } from '#shared/flops/units.ts'
import { probeBackend, type BackendFacts } from '../../engine/system/backend-probe.ts'
import { diskOf, machine } from '../../engine/system/machine.ts'
import type { Cli } from '../cli.ts'
import { existingFolder, workspacePath } from '../places.ts'

interface ElectronFacts {
  readonly version: string
  readonly source: string
  readonly outdated: boolean
}

export function addDoctorCommands(program: Command, cli: Cli): void {
  const examine = cli.action(async ({ output, options }) => {
    const findings = await look(workspacePath(options.workspace))
    output.result(findings.document, () => findings.words)
    return findings.exitCode
  })
  program
    .command('doctor')
    .description('what is there and what is missing')
    .option('--no-provision', 'only look, fetch nothing')
    .action(examine)
  program
    .command('provision')
    .description('gets what is missing')
    .option('--cuda', 'with the CUDA build of TensorFlow, for NVIDIA GPUs (several GB)')
    .action(examine)
}

async function look(workspace: string) {
  const [{ facts, problem }, here] = await Promise.all([backend(), machine()])
  const electron = electronFacts()
  const folder = existingFolder(workspace)
  const disk = { path: folder, ...diskOf(folder) }
  const isUnused = here.gpu !== null && facts !== null && !/gpu|cuda/i.test(facts.device)
  const gpu = here.gpu === null ? null : { name: here.gpu, used: !isUnused }
  const document = {
    node: process.versions.node,
    electron,
    backend: facts && {
      name: facts.name,
      version: facts.version,
      device: facts.device,
      threads: facts.threads,
      precision: facts.precision,
    },
    sqlite: sqliteVersion(),
    duckdb: duckdbVersion(),
    gpu,
    matmulGflops: facts?.matmulGflops ?? null,
    disk,
    machine: here,
    missing: [...(facts ? [] : ['backend']), ...(electron ? [] : ['electron'])],
    ...(problem && { problem }),
  }
  const words = [
    `node       ${document.node}`,
    `electron   ${electron ? `${electron.version} (${electron.source}${electron.outdated ? ', outdated' : ''})` : 'missing: no window; serve works'}`,
    `backend    ${facts ? `${facts.name} ${facts.version}${facts.name === webAssemblyName ? ', op by op,' : ''} on ${facts.device}, ${facts.threads} threads, ${facts.precision.join(', ')}` : `missing: ${problem?.message ?? ''}`}`,
    ...(facts?.name === webAssemblyName ? [`           ${webAssemblyWarning}`] : []),
    `kernels    ${hasKernels() ? 'our own' : "none: training goes by TensorFlow's operations, slower"}`,
    `matmul     ${facts ? `${facts.matmulGflops.toFixed(0)} GFLOP/s (f32)` : '–'}`,
    `sqlite     ${document.sqlite}`,
    `duckdb     ${document.duckdb}`,
    `gpu        ${gpu === null ? 'none' : `${gpu.name}${gpu.used ? '' : ': not used by this backend, training runs on the CPU'}`}`,
    `disk       ${formatBytes(disk.freeBytes)} free at ${folder}`,
    ...(problem?.remedy ? ['', problem.remedy] : []),
  ].join('\n')
  return { document, words, exitCode: facts ? 0 : 4 }
}

/** Whether programs are told where our own kernels lie (set-up builds them, and says why where it can't). */
const hasKernels = (): boolean => {
  const path = process.env['SWITCHPOINT_TF_KERNELS']
  return path !== undefined && existsSync(path)
}

async function backend(): Promise<{ facts: BackendFacts | null; problem: FailureFacts | null }> {
  try {
    return { facts: await probeBackend(), problem: null }
  } catch (error) {
    return { facts: null, problem: factsOf(error) }
  }
}

/** What the set-up wrote down about the window's runtime. */
function electronFacts(): ElectronFacts | null {
  const cache =
    process.env['SWITCHPOINT_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'switchpoint')
  try {
    const { electron } = JSON.parse(readFileSync(join(cache, 'runtime.json'), 'utf8')) as {
      electron: ElectronFacts | null
    }
    return electron && { version: electron.version, source: electron.source, outdated: electron.outdated }
  } catch {
    return null
  }
}

function sqliteVersion(): string {
  const db = new Database(':memory:')
  const version = db.prepare('SELECT sqlite_version()').pluck().get() as string
  db.close()
  return version
}

function duckdbVersion(): string {
  const require = createRequire(import.meta.url)
  const entry = require.resolve('@duckdb/node-api/package.json')
  const { version } = JSON.parse(readFileSync(join(dirname(entry), 'package.json'), 'utf8')) as { version: string }
  return version.replace(/-r\.\d+$/, '')
}
