/**
 * The engine process: `node electron/engine/main.ts --workspace DIR [--linger MS] [--serve [--serve-port N]]`.
 * It says one JSON line when it is ready (on descriptor 3 if that was given, else on standard output): {ready: {pid, socket,
 * token, url?}} or {error: facts}. Exit code 0 when it ended in order, 1 when it could not start.
 * How long it stays when nobody needs it: `--linger`, else SWITCHPOINT_LINGER_MS, else a minute.
 */
import { closeSync, fstatSync, writeSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { randomBytes } from 'node:crypto'
import { Failure, factsOf } from '#shared/contract/failure.ts'
import { startEngine } from './engine.ts'

const defaultLingerMs = 60_000

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      workspace: { type: 'string' },
      linger: { type: 'string' },
      serve: { type: 'boolean', default: false },
      'serve-port': { type: 'string' },
      // For tests: another program in the trainer's place.
      trainer: { type: 'string' },
    },
  })
  if (!values.workspace) throw usage('--workspace DIR is missing.')
  const end = async (why: string) => {
    engine.log.info({ why }, 'engine ends')
    await engine.close()
    process.exit(0)
  }
  const engine = await startEngine({
    workspace: values.workspace,
    lingerMs:
      wholeNumber(values.linger, '--linger') ??
      wholeNumber(process.env.SWITCHPOINT_LINGER_MS || undefined, 'SWITCHPOINT_LINGER_MS') ??
      defaultLingerMs,
    trainer: values.trainer,
    onIdle: () => void end('nobody has needed it'),
  })
  // A defect ends the engine (whoever started it starts it again, trainers go on); its log says why.
  process.on('uncaughtExceptionMonitor', (error) => engine.log.fatal({ err: error }, 'the engine ends by a defect'))
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void end(signal))
  const doServe = values.serve || values['serve-port'] !== undefined
  const served = doServe ? await engine.serve(wholeNumber(values['serve-port'], '--serve-port') ?? 0, newToken()) : null
  const { pid, socket, token } = engine.lock
  say({ ready: { pid, socket, token, workspace: engine.workspace, ...(served && { url: served.url }) } })
}

const newToken = (): string => randomBytes(32).toString('base64url')

function wholeNumber(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (Number.isInteger(value) && value >= 0) return value
  throw usage(`${option} takes a whole number, not "${text}".`)
}

const usage = (message: string): Failure =>
  new Failure({
    code: 'input.invalid',
    message,
    input: process.argv.slice(2).join(' '),
    remedy: 'node electron/engine/main.ts --workspace DIR [--linger MS] [--serve [--serve-port N]]',
  })

/** One line to whoever started the engine; then the line is closed, for the engine outlives its starter. */
function say(words: object): void {
  const line = `${JSON.stringify(words)}\n`
  if (!hasStarter()) return void writeSync(1, line)
  try {
    writeSync(3, line)
    closeSync(3)
  } catch {
    // The starter is gone already; the lock file says the same.
  }
}

function hasStarter(): boolean {
  const isPromised = process.env.SWITCHPOINT_STARTER === '1'
  delete process.env.SWITCHPOINT_STARTER
  try {
    return isPromised && fstatSync(3).isSocket()
  } catch {
    return false
  }
}

try {
  await main()
} catch (error) {
  say({ error: factsOf(error) })
  process.exit(1)
}
