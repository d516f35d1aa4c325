import type { VoiceDto } from '@linli/ui-shared'
import { onMounted, onScopeDispose, reactive, type Ref } from 'vue'
import { ApiError, useApi } from '../../api'
import { useMicSource } from '.'
import { loudness } from './downsample'
import { MicError, RATE, type MicFailure, type RunningMic } from './source'

/** The longest voice note, in seconds. */
export const LONGEST = 60
/** Samples of one piece: what a process that dies loses at most, two seconds. */
const PIECE = 2 * RATE

export interface Recorder {
  state: 'idle' | 'asking' | 'recording' | 'keeping'
  /** Seconds that are left. */
  left: number
  /** How loud it is now, 0 to 1. */
  level: number
  /** Why nothing is recorded, or why it ended. What was kept before is safe. */
  failure: MicFailure | 'cut' | undefined
  error: ApiError | undefined
  start(): Promise<void>
  /** Ends the recording and keeps it. Resolves at once when there is none. */
  settle(): Promise<void>
  remove(): Promise<void>
}

/** Records one voice note for a form. Every two seconds go to the engine, which keeps them encrypted. */
export function useRecorder(form: string, voice: Ref<VoiceDto | null>): Recorder {
  const api = useApi()
  const source = useMicSource()
  let mic: RunningMic | undefined
  let waiting: Int16Array[] = []
  let [count, number] = [0, 0]
  let sending: Promise<void> = Promise.resolve()
  let isGone = false
  let kept: Promise<void> = Promise.resolve()

  const recorder = reactive<Recorder>({
    state: 'idle',
    left: LONGEST,
    level: 0,
    failure: undefined,
    error: undefined,
    start,
    settle,
    remove,
  })

  async function start(): Promise<void> {
    if (recorder.state !== 'idle' || voice.value) return
    Object.assign(recorder, { state: 'asking', failure: undefined, error: undefined })
    Object.assign(recorder, { left: LONGEST, level: 0 })
    waiting = []
    count = number = 0
    sending = Promise.resolve()
    try {
      const opened = await source.open({ hear, end: () => void cut() })
      if (isGone) return opened.close()
      mic = opened
      recorder.state = 'recording'
    } catch (thrown) {
      recorder.failure = MicError.failureOf(thrown)
      recorder.state = 'idle'
    }
  }

  function hear(samples: Int16Array): void {
    if (recorder.state !== 'asking' && recorder.state !== 'recording') return
    const room = LONGEST * RATE - count
    waiting.push(samples.subarray(0, room))
    count += Math.min(samples.length, room)
    recorder.left = LONGEST - Math.floor(count / RATE)
    recorder.level = loudness(samples)
    if (waiting.reduce((sum, piece) => sum + piece.length, 0) >= PIECE) flush()
    if (count >= LONGEST * RATE) void settle()
  }

  function flush(): void {
    const samples = joined(waiting)
    waiting = []
    if (samples.length === 0) return
    const piece = { form, number: number++ }
    sending = sending.then(() => api.addVoicePiece(samples, piece))
    sending.catch((thrown: unknown) => {
      recorder.error ??= ApiError.from(thrown)
      void settle()
    })
  }

  function close(): void {
    mic?.close()
    mic = undefined
  }

  async function cut(): Promise<void> {
    recorder.failure = 'cut'
    await settle()
  }

  async function settle(): Promise<void> {
    if (recorder.state === 'keeping') return kept
    if (recorder.state !== 'recording') return
    recorder.state = 'keeping'
    kept = keep()
    await kept
  }

  async function keep(): Promise<void> {
    close()
    flush()
    await sending.catch(() => undefined)
    await finish()
    recorder.state = 'idle'
  }

  /** One note of what the engine has, also of what was left behind when a process died. */
  async function finish(): Promise<void> {
    try {
      const found = await api.finishVoice(form)
      if (found) voice.value ??= found
    } catch (thrown) {
      recorder.error ??= ApiError.from(thrown)
    }
  }

  async function remove(): Promise<void> {
    const { value } = voice
    if (!value) return
    voice.value = null
    Object.assign(recorder, { failure: undefined, error: undefined })
    await api.deleteVoice(value.hash).catch(() => undefined)
  }

  function hidden(): void {
    if (document.hidden && recorder.state === 'recording') void cut()
  }

  onMounted(() => {
    document.addEventListener('visibilitychange', hidden)
    void finish()
  })
  // Locked or left: the pieces stay, and whoever comes back to the form finds the note.
  onScopeDispose(() => {
    isGone = true
    document.removeEventListener('visibilitychange', hidden)
    close()
    if (recorder.state === 'recording') flush()
  })
  return recorder
}

function joined(pieces: Int16Array[]): Int16Array {
  const all = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}
