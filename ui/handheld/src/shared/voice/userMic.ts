import { Downsampler } from './downsample'
import {
  MicError,
  type MicFailure,
  type MicListener,
  type MicSource,
  type RunningMic,
} from './source'

/** One voice, without the street. Nothing is refused for want of it. */
const WANTED: MediaStreamConstraints = {
  video: false,
  audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
}
/** A microphone that gives nothing for so long, in milliseconds, is broken. */
const FIRST_BLOCK = 5_000
/** Frames of one block where there is no worklet. */
const BLOCK = 4096

/** The browser's own microphone. `MediaRecorder` is not used: WebKitGTK has none that works. */
export const userMic: MicSource = {
  async open(listener) {
    const devices = (navigator as Partial<Navigator>).mediaDevices
    if (typeof devices?.getUserMedia !== 'function') throw new MicError('missing')
    let stream: MediaStream
    try {
      stream = await devices.getUserMedia(WANTED)
    } catch (thrown) {
      throw new MicError(failureOf(thrown))
    }
    return running(stream, listener)
  },
}

function failureOf(thrown: unknown): MicFailure {
  const name = thrown instanceof Error ? thrown.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused'
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'broken'
}

async function running(stream: MediaStream, listener: MicListener): Promise<RunningMic> {
  const context = new AudioContext()
  let isOpen = true
  function close(): void {
    isOpen = false
    for (const track of stream.getTracks()) track.stop()
    void context.close().catch(() => undefined)
  }
  const [track] = stream.getAudioTracks()
  track?.addEventListener('ended', () => isOpen && listener.end())
  try {
    const down = new Downsampler(context.sampleRate)
    await new Promise<void>((done, fail) => {
      const late = setTimeout(() => fail(new MicError('broken')), FIRST_BLOCK)
      const hear = (block: Float32Array) => {
        clearTimeout(late)
        done()
        if (isOpen) listener.hear(down.push(block))
      }
      void listen(context, stream, hear).catch(fail)
    })
    return { close }
  } catch {
    close()
    throw new MicError('broken')
  }
}

/** Leads every block to `hear`: through a worklet, or where there is none through a script node. */
async function listen(
  context: AudioContext,
  stream: MediaStream,
  hear: (block: Float32Array) => void,
): Promise<void> {
  await context.resume()
  const source = context.createMediaStreamSource(stream)
  const node = await worklet(context, hear).catch(() => scriptNode(context, hear))
  // Engines pull only what leads to the loudspeaker; nothing of it is heard there.
  const silence = context.createGain()
  silence.gain.value = 0
  source.connect(node).connect(silence).connect(context.destination)
}

async function worklet(
  context: AudioContext,
  hear: (block: Float32Array) => void,
): Promise<AudioNode> {
  await context.audioWorklet.addModule(new URL('voice-worklet.js', document.baseURI).href)
  const node = new AudioWorkletNode(context, 'linli-capture')
  node.port.onmessage = ({ data }: MessageEvent<Float32Array>) => hear(data)
  return node
}

function scriptNode(context: AudioContext, hear: (block: Float32Array) => void): AudioNode {
  const node = context.createScriptProcessor(BLOCK, 1, 1)
  node.onaudioprocess = ({ inputBuffer }) => hear(inputBuffer.getChannelData(0).slice())
  return node
}
