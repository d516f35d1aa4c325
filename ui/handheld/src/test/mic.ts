import {
  MicError,
  RATE,
  type MicFailure,
  type MicListener,
  type MicSource,
  type RunningMic,
} from '../shared/voice/source'

/** A microphone of tests: it gives what it is told to say, and fails when it is told to. */
export class TestMic implements MicSource {
  failure: MicFailure | undefined
  running = 0
  private listener: MicListener | undefined

  async open(listener: MicListener): Promise<RunningMic> {
    if (this.failure) throw new MicError(this.failure)
    this.running += 1
    this.listener = listener
    return {
      close: () => {
        this.running -= 1
        this.listener = undefined
      },
    }
  }

  /** Somebody speaks. */
  say(seconds: number): void {
    for (let part = 0; part < seconds * 10; part += 1) {
      this.listener?.hear(new Int16Array(RATE / 10).fill(8_000))
    }
  }

  /** A call takes it. */
  unplug(): void {
    this.listener?.end()
  }
}
