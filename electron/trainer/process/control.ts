/** Who may ask a session to end early: the engine's command, a signal, or nobody being there. The first word to stop wins over a pause. */
export type EarlyEnd = 'pause' | 'stop'

export class Control {
  #asked: EarlyEnd | undefined

  ask(end: EarlyEnd): void {
    if (this.#asked !== 'stop') this.#asked = end
  }

  get asked(): EarlyEnd | undefined {
    return this.#asked
  }
}
