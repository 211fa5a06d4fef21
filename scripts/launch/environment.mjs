/** What every program of Switchpoint finds in its environment: where the parts lie. */
import { chromiumPath } from '../setup/parts-of-the-system.mjs'
import { runtimeIn } from '../setup/provision.mjs'

/**
 * @param {import('../setup/places.mjs').Places} places
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {NodeJS.ProcessEnv}
 */
export function programEnvironment(places, env = process.env) {
  const { addon, kernels } = runtimeIn(places)
  // Editors built on Electron leave this in their terminals: our Electron would start as a bare Node.
  const { ELECTRON_RUN_AS_NODE: _, ...rest } = env
  return {
    ...rest,
    SWITCHPOINT_NODE: places.node.binary,
    SWITCHPOINT_CACHE: places.cache,
    ...(addon && { SWITCHPOINT_TF_ADDON: addon }),
    // What the user says of them wins: `off`, or another library.
    ...(kernels && !env.SWITCHPOINT_TF_KERNELS && { SWITCHPOINT_TF_KERNELS: kernels }),
  }
}

/** For the tests: also the browsers they drive. What the user has set wins.
 * @param {import('../setup/places.mjs').Places} places @param {NodeJS.ProcessEnv} [env] */
export function testEnvironment(places, env = process.env) {
  const electron = env.SWITCHPOINT_ELECTRON ?? runtimeIn(places).electron?.path
  const chromium = env.SWITCHPOINT_CHROMIUM ?? chromiumPath()
  return {
    ...programEnvironment(places, env),
    ...(electron && { SWITCHPOINT_ELECTRON: electron }),
    ...(chromium && { SWITCHPOINT_CHROMIUM: chromium }),
  }
}
