/** Progress on standard error: one bar that redraws itself on a terminal, one JSON object a line otherwise. */
import { SingleBar } from 'cli-progress'

export interface Progress {
  /** `share` 0..1, or null while it cannot be told. Drawn or written a few times a second at most. */
  update(at: {
    readonly label: string
    readonly share: number | null
    readonly secondsLeft: number | null
    readonly detail?: string
  }): void
  end(): void
}

const lineEveryMs = 1_000
const drawEveryMs = 100

export function progressBar(stream: NodeJS.WriteStream, now: () => number = Date.now): Progress {
  return stream.isTTY ? terminalBar(stream, now) : jsonLines(stream, now)
}

function terminalBar(stream: NodeJS.WriteStream, now: () => number): Progress {
  const bar = new SingleBar({
    stream,
    format: '{label}  [{bar}] {percent} %  {left}  {detail}',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
  })
  let isStarted = false
  let last = 0
  return {
    update({ label, share, secondsLeft, detail = '' }) {
      const words = { label, left: secondsLeft === null ? '' : `${duration(secondsLeft)} left`, detail }
      const percent = Math.round(100 * (share ?? 0))
      if (!isStarted) bar.start(100, percent, words)
      else if (now() - last >= drawEveryMs) bar.update(percent, words)
      else return
      isStarted = true
      last = now()
    },
    end() {
      if (isStarted) bar.stop()
    },
  }
}

function jsonLines(stream: NodeJS.WritableStream, now: () => number): Progress {
  let last = Number.NEGATIVE_INFINITY
  let lastLabel = ''
  return {
    update({ label, share, secondsLeft, detail }) {
      if (now() - last < lineEveryMs && label === lastLabel) return
      last = now()
      lastLabel = label
      stream.write(`${JSON.stringify({ progress: { label, share, secondsLeft, ...(detail && { detail }) } })}\n`)
    },
    end() {},
  }
}

/** `42 s`, `3 min 05 s`, `2 h 10 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`
}
