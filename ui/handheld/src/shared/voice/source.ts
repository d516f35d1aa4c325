/** Samples a second of a voice note. */
export const RATE = 16_000

/** Why nothing is heard: no microphone is there, it may not be used, or it does not work. */
export type MicFailure = 'missing' | 'refused' | 'broken'

/** What a microphone source throws. */
export class MicError extends Error {
  constructor(readonly failure: MicFailure) {
    super(`no microphone: ${failure}`)
    this.name = 'MicError'
  }

  /** Anything that was thrown; what is not known is a microphone that does not work. */
  static failureOf(thrown: unknown): MicFailure {
    return thrown instanceof MicError ? thrown.failure : 'broken'
  }
}

/** Who hears a microphone. */
export interface MicListener {
  /** Some more samples, 16 bit at `RATE`. */
  hear(samples: Int16Array): void
  /** The microphone was taken away: unplugged, or used by a call. */
  end(): void
}

/** A microphone that runs. */
export interface RunningMic {
  close(): void
}

/** Where sound comes from. The real one is the browser's. */
export interface MicSource {
  /** Starts the microphone; resolves once something is heard. Rejects with a `MicError`. */
  open(listener: MicListener): Promise<RunningMic>
}
