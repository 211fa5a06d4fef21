/**
 * Workspaces that are served beside this one: a browser tab shows one workspace, so another has an engine, a port and a token of
 * its own. One door each, held by this engine until it ends.
 */
import { joinOrStart, type EngineAddress } from '../entry/join-or-start.ts'
import { newPageToken, openDoor, type HeldDoor } from './open-door.ts'

export interface OtherWorkspaces {
  /** The address under which the workspace is served; the same one while its door is open. */
  served(path: string): Promise<string>
}

export interface OtherWorkspacesDeps {
  engineOf(path: string): Promise<EngineAddress>
  openDoor(engine: EngineAddress, port: number, token: string): Promise<HeldDoor>
}

export function createOtherWorkspaces(
  deps: OtherWorkspacesDeps = { engineOf: joinOrStart, openDoor },
): OtherWorkspaces {
  const doors = new Map<string, Promise<HeldDoor>>()
  const opened = async (path: string) => deps.openDoor(await deps.engineOf(path), 0, newPageToken())
  function keptOpen(path: string): Promise<HeldDoor> {
    const door = opened(path)
    doors.set(path, door)
    // One that closed, or did not open, is asked for anew.
    const forget = () => doors.delete(path)
    door.then(({ closed }) => closed).then(forget, forget)
    return door
  }
  return { served: async (path) => (await (doors.get(path) ?? keptOpen(path))).url }
}
