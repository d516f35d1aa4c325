/** Why no picture comes: no camera is there, it may not be used, or it does not work. */
export type CameraFailure = 'missing' | 'refused' | 'broken'

/** What a camera source throws. */
export class CameraError extends Error {
  constructor(readonly failure: CameraFailure) {
    super(`no camera: ${failure}`)
    this.name = 'CameraError'
  }

  /** Anything that was thrown; what is not known is a camera that does not work. */
  static failureOf(thrown: unknown): CameraFailure {
    return thrown instanceof CameraError ? thrown.failure : 'broken'
  }
}

/** A camera that runs. */
export interface RunningCamera {
  /** Shows on the element what it sees; resolves once there is a picture. */
  show(video: HTMLVideoElement): Promise<void>
  /** What is seen now, as a picture file. */
  shoot(): Promise<Blob>
  /** Whether it has a lamp. */
  readonly hasLamp: boolean
  setLamp(isOn: boolean): Promise<void>
  /** Tells when the camera is taken away: unplugged, or used by another program. */
  onEnd(listener: () => void): void
  close(): void
}

/** Where pictures come from. The real one is the browser's; another platform may bring its own. */
export interface CameraSource {
  /** Whether there is any camera, asked without asking anybody for permission. */
  isThere(): Promise<boolean>
  /** Starts the rear camera. Rejects with a `CameraError`. */
  open(): Promise<RunningCamera>
}
