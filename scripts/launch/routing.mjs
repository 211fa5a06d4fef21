/** Which program a command line asks for, and which parts that needs: decided from the words alone. */

/** @typedef {import('../setup/parts.mjs').PartName} PartName */
/**
 * @typedef {object} Route
 * @property {'window' | 'command'} kind
 * @property {readonly string[]} args for the program
 * @property {readonly PartName[]} parts provided before it starts
 * @property {readonly PartName[]} mayLack parts without which it starts all the same
 * @property {boolean} needsBuild does it show the page?
 * @property {boolean} again look anew for parts that may have become better
 */

/** @type {readonly PartName[]} */
const CORE = ['node', 'packages', 'tensorflow', 'addon', 'kernels']
/** What only training by TensorFlow needs. @type {readonly PartName[]} */
export const TRAINING = ['python', 'compiler', 'tensorflow', 'addon', 'kernels']
/** @type {readonly PartName[]} */
const WINDOW = ['windowLibraries', 'electron']

const OPTIONS_WITH_VALUE = ['--workspace', '--port']
/** Commands that train nothing: they work where TensorFlow can't be had. */
const WITHOUT_TRAINING = ['dataset', 'subset', 'verify', 'analyze', 'curves']
const RUN_WITHOUT_TRAINING = ['list', 'show', 'metrics', 'samples', 'stop', 'pause']
const KNOWN = [...WITHOUT_TRAINING, 'run', 'study', 'serve', 'doctor', 'provision']

/** The words of a command line that are neither options nor their values. @param {readonly string[]} args */
export function words(args) {
  return args.filter((arg, at) => !arg.startsWith('-') && !OPTIONS_WITH_VALUE.includes(args[at - 1] ?? ''))
}

/**
 * @param {readonly string[]} args
 * @param {{ hasDisplay: boolean }} facts
 * @returns {Route}
 */
export function routeOf(args, { hasDisplay }) {
  const [command, verb] = words(args)
  const asksHelp = args.some((arg) => ['--help', '-h', '--version', '-V'].includes(arg)) || command === 'help'
  const route = { kind: /** @type {const} */ ('command'), args, mayLack: [], needsBuild: false, again: false }

  // A question about the command line, or a mistyped one, is no reason to fetch a gigabyte.
  if (asksHelp || (command && !KNOWN.includes(command))) return { ...route, parts: ['node', 'packages'] }

  switch (command) {
    case undefined:
      if (!hasDisplay) return serveRoute(args)
      return { ...route, kind: 'window', parts: [...CORE, ...WINDOW], mayLack: WINDOW, needsBuild: true }
    case 'serve':
      return { ...route, parts: CORE, needsBuild: true }
    case 'doctor':
      if (args.includes('--no-provision')) return { ...route, parts: [] }
      return { ...route, parts: [...CORE, ...WINDOW], mayLack: [...TRAINING, ...WINDOW] }
    case 'provision':
      return { ...route, parts: [...CORE, ...WINDOW], needsBuild: true, again: true }
    case 'run':
      return { ...route, parts: CORE, mayLack: RUN_WITHOUT_TRAINING.includes(verb ?? '') ? TRAINING : [] }
    default:
      return { ...route, parts: CORE, mayLack: WITHOUT_TRAINING.includes(command) ? TRAINING : [] }
  }
}

/** The page in the place of the window. @param {readonly string[]} args @returns {Route} */
export const serveRoute = (args) => ({
  kind: 'command',
  args: ['serve', ...args],
  parts: CORE,
  mayLack: [],
  needsBuild: true,
  again: false,
})

/** @param {NodeJS.ProcessEnv} env */
export const hasDisplay = (env) => process.platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY)

/** Chromium's own flags for the window. @param {NodeJS.ProcessEnv} env */
export function chromiumFlags(env) {
  // What Chromium says of buses and GPUs it does without is for those who ask.
  const quiet = env.ELECTRON_ENABLE_LOGGING ? [] : ['--log-level=3']
  // Older Electrons look for X only, unless told.
  return env.DISPLAY || !env.WAYLAND_DISPLAY ? quiet : [...quiet, '--ozone-platform=wayland']
}
