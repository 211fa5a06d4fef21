/** A failure's facts as they come from another process: on the wire, in a journal, in what a child says. */
import * as z from 'zod'
import { failureCodes } from './failure.ts'

export const FailureData = z.object({
  code: z.enum(failureCodes),
  message: z.string(),
  input: z.string().optional(),
  remedy: z.string().optional(),
})

/** A failure that a store has kept: another version may have written it, so its code may be any. */
export const StoredFailure = FailureData.extend({ code: z.string() })
