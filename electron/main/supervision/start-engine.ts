/** Joins the live engine of a workspace or starts one: by the command line on plain Node, never by Electron's. */
import { spawn } from 'node:child_process'
import { Failure } from '#shared/contract/failure.ts'
import { cliFile, plainNode } from '../places.ts'
import { readAddress, type EngineAddress } from './engine-address.ts'

/** A cold start opens and migrates the store; beyond this something is stuck. */
const patienceMs = 60_000

export function startEngine(workspace: string | null): Promise<EngineAddress> {
  const node = plainNode()
  if (!node) {
    const remedy = 'Start Switchpoint with `npm start`: it brings the Node 24 that the engine runs on.'
    throw new Failure({ code: 'backend.missing', message: 'There is no Node 24 for the engine.', remedy })
  }
  const words = ['engine', 'ensure', '--json', ...(workspace ? ['--workspace', workspace] : [])]
  // Electron's own variables mean nothing to plain Node, and NODE_OPTIONS of a debugger would stop it.
  const { ELECTRON_RUN_AS_NODE: _run, NODE_OPTIONS: _options, ...env } = process.env
  return new Promise((resolve, reject) => {
    const child = spawn(node, [cliFile, ...words], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: patienceMs,
      windowsHide: true,
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-20_000)))
    child.on('error', reject)
    // `exit`, not `close`: an engine that kept a pipe open would hold `close` back for all its life.
    child.on('exit', (code) => {
      setImmediate(() => {
        try {
          resolve(readAddress(stdout, code, stderr))
        } catch (error) {
          reject(error as Error)
        }
      })
    })
  })
}
