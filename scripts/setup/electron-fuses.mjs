/**
 * Runs under Node 24 with the path of the npm-carried Electron: sets two fuses. Playwright needs the inspector's
 * arguments; the browser process must not look for the snapshot of the program the runtime came with.
 */
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses'

const [binary = ''] = process.argv.slice(2)

await flipFuses(binary, {
  version: FuseVersion.V1,
  [FuseV1Options.EnableNodeCliInspectArguments]: true,
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
})
