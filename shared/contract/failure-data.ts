/** A failure's facts as they come from another process: on the wire, in a journal, in what a child says. */
import * as z from 'zod'
import { failureCodes } from './failure.ts'

export const FailureData = z.object({
  code: z.enum(failureCodes),
  message: z.string(),
  input: z.string().optional(),
  remedy: z.string().optional(),
})
