import { CameraError, type CameraFailure, type CameraSource, type RunningCamera } from './source'

/** The rear camera, a little more than the 1600 pixels that are kept. Nothing is refused for want of it. */
const WANTED: MediaStreamConstraints = {
  audio: false,
  video: {
    facingMode: { ideal: 'environment' },
    width: { ideal: 1920 },
    height: { ideal: 1440 },
  },
}
const QUALITY = 0.92
/** A camera that shows nothing for so long, in milliseconds, is broken. */
const FIRST_FRAME = 5_000

/** The lamp is not in every browser's types. */
type WithLamp = MediaTrackConstraintSet & { torch?: boolean }

/** The browser's own camera. An old WebView, or a page that is not secure, has none at all. */
export const userMediaCamera: CameraSource = {
  async isThere() {
    const devices = mediaDevices()
    if (!devices) return false
    try {
      const found = await devices.enumerateDevices()
      return found.some((device) => device.kind === 'videoinput')
    } catch {
      // A browser that does not say what it has is simply tried.
      return true
    }
  },

  async open() {
    const devices = mediaDevices()
    if (!devices) throw new CameraError('missing')
    try {
      return running(await devices.getUserMedia(WANTED))
    } catch (thrown) {
      throw new CameraError(failureOf(thrown))
    }
  },
}

function mediaDevices(): MediaDevices | undefined {
  const found = (navigator as Partial<Navigator>).mediaDevices
  return typeof found?.getUserMedia === 'function' ? found : undefined
}

function failureOf(thrown: unknown): CameraFailure {
  const name = thrown instanceof Error ? thrown.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused'
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'broken'
}

function running(stream: MediaStream): RunningCamera {
  const [track] = stream.getVideoTracks()
  let shown: HTMLVideoElement | undefined

  return {
    hasLamp: track !== undefined && hasLamp(track),

    async show(video) {
      shown = video
      video.srcObject = stream
      try {
        await video.play()
        await frameOf(video)
      } catch {
        throw new CameraError('broken')
      }
    },

    async shoot() {
      if (!shown || shown.videoWidth === 0) throw new CameraError('broken')
      const canvas = document.createElement('canvas')
      canvas.width = shown.videoWidth
      canvas.height = shown.videoHeight
      canvas.getContext('2d')?.drawImage(shown, 0, 0)
      const picture = await new Promise<Blob | null>((done) =>
        canvas.toBlob(done, 'image/jpeg', QUALITY),
      )
      if (!picture) throw new CameraError('broken')
      return picture
    },

    async setLamp(isOn) {
      const lamp: WithLamp = { torch: isOn }
      await track?.applyConstraints({ advanced: [lamp] })
    },

    onEnd(listener) {
      track?.addEventListener('ended', listener)
    },

    close() {
      for (const one of stream.getTracks()) one.stop()
      if (shown) shown.srcObject = null
    },
  }
}

/**
 * Answers once a frame can be seen: engines say that they play before there is one, and the picture would be
 * black. Engines that do not tell are believed.
 */
async function frameOf(video: HTMLVideoElement): Promise<void> {
  if (typeof (video as Partial<HTMLVideoElement>).requestVideoFrameCallback !== 'function') return
  await new Promise<void>((done, fail) => {
    const late = setTimeout(() => fail(new Error('no frame')), FIRST_FRAME)
    video.requestVideoFrameCallback(() => {
      clearTimeout(late)
      done()
    })
  })
}

function hasLamp(track: MediaStreamTrack): boolean {
  if (typeof track.getCapabilities !== 'function') return false
  const can = track.getCapabilities() as { torch?: boolean | boolean[] }
  return can.torch === true || (Array.isArray(can.torch) && can.torch.includes(true))
}
