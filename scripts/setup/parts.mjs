/** The parts of the set-up, in the order in which they are provided, and what each needs before it. */
import { addonPart, addonPath } from './part-addon.mjs'
import { electronPart, electronRuntime } from './part-electron.mjs'
import { kernelsFolder, kernelsPart } from './part-kernels.mjs'
import { nodePart, ownNodePart } from './part-node.mjs'
import { packagedAddonPart } from './part-packaged-addon.mjs'
import { packagesPart } from './part-packages.mjs'
import { tensorflowPart } from './part-tensorflow.mjs'
import { isUntested } from './system.mjs'

/**
 * @typedef {object} Context
 * @property {import('./places.mjs').Places} places
 * @property {import('./progress.mjs').Reporter} reporter
 * @property {NodeJS.ProcessEnv} env
 * @property {boolean} isRoot
 * @property {boolean} again look anew for what may have become better since
 */
/**
 * @typedef {object} Part
 * @property {string} title
 * @property {(context: Context) => boolean | Promise<boolean>} isThere
 * @property {(context: Context) => Promise<void>} provide throws SetupFailure; leaves nothing half done under a final name
 */

/** @type {Record<string, Part>} */
export const ownParts = {
  node: isUntested() ? ownNodePart : nodePart,
  packages: packagesPart,
  tensorflow: tensorflowPart,
  addon: isUntested() ? packagedAddonPart : addonPart,
  kernels: kernelsPart,
  electron: electronPart,
}

/** Every part's name, in order; those not in `ownParts` are packages of the system (parts-of-the-system.mjs). */
export const ORDER = /** @type {const} */ ([
  'node',
  'packages',
  'compiler',
  'python',
  'windowLibraries',
  'virtualDisplay',
  'chromium',
  'venv',
  'tensorflow',
  'addon',
  'kernels',
  'electron',
])

/** @typedef {(typeof ORDER)[number]} PartName */

/** @type {Partial<Record<PartName, readonly PartName[]>>} */
const BEFORE = {
  packages: ['node'],
  tensorflow: ['python'],
  addon: ['packages', 'tensorflow', 'compiler'],
  // Where a compiler lacks but the addon is there, the kernels' own step says so.
  kernels: ['addon'],
  electron: ['packages', 'windowLibraries'],
}

/** The parts with all that they need, in order. @param {readonly PartName[]} names @returns {PartName[]} */
export function withWhatTheyNeed(names) {
  const all = new Set(names)
  // A Set visits what is added while it is walked.
  for (const name of all) for (const other of BEFORE[name] ?? []) all.add(other)
  return ORDER.filter((name) => all.has(name))
}

/** What macOS and Windows can have: packages of the system, a compiler and what it makes are Linux's.
 * @type {readonly PartName[]} */
const EVERYWHERE = ['node', 'packages', 'addon', 'electron']

/** The parts with all that they need on this system. @param {readonly PartName[]} names @param {string} platform */
export const partsOf = (names, platform) =>
  withWhatTheyNeed(names).filter((name) => !isUntested(platform) || EVERYWHERE.includes(name))

/** @param {PartName} name @param {ReadonlySet<string>} failed */
export const blockedBy = (name, failed) => BEFORE[name]?.find((other) => failed.has(other))

/** The paths that prove a part to be in place: what the stamp records. @param {PartName} name
 * @param {import('./places.mjs').Places} places @returns {string[]} */
export function witnesses(name, places) {
  switch (name) {
    case 'node':
      return [places.node.binary]
    case 'packages':
      return [places.packagesStamp]
    case 'tensorflow':
      return [places.tensorflow.libraries]
    case 'addon':
      return [addonPath(places) ?? '']
    case 'kernels':
      return [kernelsFolder(places)]
    case 'electron':
      return [electronRuntime(places)?.path ?? '']
    default:
      return []
  }
}
