/**
 * What the set-up says: on standard error only, one line when a step starts and one when it ends, progress between.
 * On a terminal the progress is one line that renews itself; in a log it is a line every ten seconds; for a program
 * that asked for `--json` each line is a JSON object (NDJSON).
 */
const LOG_EVERY_MS = 10_000
const REDRAW_EVERY_MS = 200

/**
 * @typedef {object} Step
 * @property {(done: number, total?: number) => void} bytes how much has come, of how much
 * @property {(text: string) => void} note what is going on, where bytes say nothing
 * @property {(text?: string) => void} end the step is done
 * @property {() => void} fail the step ended badly; the error says why
 */
/** @typedef {{ step: (title: string) => Step, say: (text: string) => void }} Reporter */

const megabytes = (/** @type {number} */ bytes) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`

/** @param {number} done @param {number} [total] */
export function amount(done, total) {
  if (!total) return megabytes(done)
  // Sizes that the pins only estimate must not show 103 %.
  const share = Math.min(100, Math.floor((100 * done) / total))
  return `${String(share).padStart(3)} %  ${megabytes(Math.min(done, total))} of ${megabytes(total)}`
}

/** @param {number} ms */
export const elapsed = (ms) =>
  ms < 60_000
    ? `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`
    : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`

/**
 * @param {{ stream?: { write(text: string): unknown, isTTY?: boolean, columns?: number }, json?: boolean, now?: () => number }} [options]
 * @returns {Reporter}
 */
export function createReporter({ stream = process.stderr, json = false, now = Date.now } = {}) {
  const live = !json && stream.isTTY === true
  const line = (/** @type {string} */ text) => stream.write(`${text}\n`)
  const redraw = (/** @type {string} */ text) => stream.write(`\r\x1b[K${text.slice(0, (stream.columns ?? 80) - 1)}`)
  const emit = (/** @type {object} */ fact) => line(JSON.stringify({ setup: fact }))

  return {
    say: (text) => (json ? emit({ state: 'note', text }) : line(`set-up: ${text}`)),
    step(title) {
      const started = now()
      const wait = live ? REDRAW_EVERY_MS : LOG_EVERY_MS
      let last = live ? 0 : started
      let text = ''
      const show = () => {
        if (now() - last < wait) return
        last = now()
        const since = elapsed(now() - started)
        if (live) redraw(`set-up: ${title}  ${text}  ${since}`)
        else if (!json) line(`set-up: ${title}: ${text ? `${text.trim()}, ` : ''}${since}`)
      }
      const update = (/** @type {string} */ next, /** @type {object} */ fact) => {
        text = next
        if (json && now() - last >= REDRAW_EVERY_MS) {
          last = now()
          emit({ step: title, state: 'progress', ...fact, elapsedMs: now() - started })
        } else if (!json) show()
      }
      const timer = json ? undefined : setInterval(show, live ? 1000 : LOG_EVERY_MS).unref()
      const close = (/** @type {'done' | 'failed'} */ state, /** @type {string} */ words) => {
        clearInterval(timer)
        if (json) return emit({ step: title, state, text: words, elapsedMs: now() - started })
        const closing = `set-up: ${title}: ${words}, ${elapsed(now() - started)}`
        if (live) redraw('')
        line(closing)
      }
      if (json) emit({ step: title, state: 'start' })
      else if (live) redraw(`set-up: ${title}`)
      else line(`set-up: ${title} ...`)
      return {
        bytes: (done, total) => update(amount(done, total), { done, total }),
        note: (next) => update(next, { text: next }),
        end: (words = 'done') => close('done', words),
        fail: () => close('failed', 'failed'),
      }
    },
  }
}

/** A step that always closes its line: ended when `work` comes back, failed when it throws.
 * @template T
 * @param {Reporter} reporter
 * @param {string} title
 * @param {(step: Step) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function inStep(reporter, title, work) {
  const step = reporter.step(title)
  try {
    const result = await work(step)
    step.end()
    return result
  } catch (error) {
    step.fail()
    throw error
  }
}
