import {
  CameraError,
  type CameraFailure,
  type CameraSource,
  type RunningCamera,
} from '../shared/camera/source'

/** A camera of tests: it says what was done with it, and fails when it is told to. */
export class TestCamera implements CameraSource {
  isPlugged = true
  failure: CameraFailure | undefined
  running = 0
  isLit = false
  shots = 0
  /** Holds the opening back until it is called. */
  release: (() => void) | undefined
  private ends: (() => void)[] = []

  constructor(private readonly options: { isSlow?: boolean; hasLamp?: boolean } = {}) {}

  async isThere(): Promise<boolean> {
    return this.isPlugged
  }

  async open(): Promise<RunningCamera> {
    if (this.options.isSlow) await new Promise<void>((done) => (this.release = done))
    if (this.failure) throw new CameraError(this.failure)
    this.running += 1
    return {
      hasLamp: this.options.hasLamp ?? false,
      show: async () => {},
      shoot: async () => {
        this.shots += 1
        return new File([`shot ${this.shots}`], 'shot.jpg', { type: 'image/jpeg' })
      },
      setLamp: async (isOn) => {
        this.isLit = isOn
      },
      onEnd: (listener) => this.ends.push(listener),
      close: () => {
        this.running -= 1
      },
    }
  }

  /** Somebody pulls the plug. */
  unplug(): void {
    for (const end of this.ends.splice(0)) end()
  }
}
