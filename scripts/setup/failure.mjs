/** A part of the set-up can't be had: what happened, and what the user can do about it. Ends the program with exit code 4. */
export class SetupFailure extends Error {
  /**
   * @param {{ part: string, message: string, remedy: string }} facts `part` as a person would name it
   * @param {{ cause?: unknown }} [options]
   */
  constructor({ part, message, remedy }, options) {
    super(message, options)
    this.name = 'SetupFailure'
    this.part = part
    this.remedy = remedy
  }

  /** The error document of the command line (docs/commands.md). */
  document() {
    const code = /** @type {const} */ ('backend.missing')
    return { error: { code, message: this.message, input: this.part, remedy: this.remedy } }
  }
}

/** Exit code of a command for which a part is missing. */
export const EXIT_PART_MISSING = 4

/**
 * Says on standard error what went wrong; with `--json` also on standard output, as the one document a program reads.
 * @param {unknown} error
 * @param {{ json: boolean }} how
 * @returns {number} the exit code
 */
export function reportFailure(error, { json }) {
  if (!(error instanceof SetupFailure)) throw error
  if (json) console.log(JSON.stringify(error.document()))
  else console.error(`\n${error.part}: ${error.message}\nRemedy: ${error.remedy}`)
  return EXIT_PART_MISSING
}
