/**
 * Which systems the set-up knows. Linux on x64 is what everything is tested on. On macOS and Windows it does what it can,
 * with the user's own Node 24, the package's own TensorFlow and the official Electron, and says that nobody has tested it.
 */
import { SetupFailure } from './failure.mjs'

const UNTESTED = ['darwin-arm64', 'darwin-x64', 'win32-x64']
export const HERE = `${process.platform}-${process.arch}`

export const isUntested = (platform = HERE) => UNTESTED.includes(platform)

/** @param {string} platform `linux-x64` @param {import('./progress.mjs').Reporter['say']} say */
export function requirePlatform(platform, say) {
  if (platform === 'linux-x64') return
  if (isUntested(platform)) {
    say(`${platform} is UNTESTED: no one has run Switchpoint on it yet. Linux on x64 is what every test runs on.`)
    return
  }
  throw new SetupFailure({
    part: 'Platform',
    message: `Switchpoint runs on Linux on x64; on macOS and Windows it is untested; this is ${platform}.`,
    remedy: 'Use a Linux x64 machine: there `npm start -- serve` shows the same workbench in a browser here.',
  })
}
