/** Which workspace is the bundled example: a file in it says so. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { userFolder } from '../workspace/user-folder.ts'

export const exampleMark = 'example.json'

/** In the user's data folder: deleting it harms nothing. */
export const examplePlace = (folder = userFolder()): string => join(folder, 'Example')

export const isExample = (workspace: string): boolean => existsSync(join(workspace, exampleMark))
