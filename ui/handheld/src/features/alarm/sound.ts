/** Two tones, one after the other, in hertz: hard to miss beside a road. */
const TONES = [880, 660] as const
/** How long a tone is, in seconds. */
const TONE = 0.3
const LOUD = 0.6

/** What an alarm sounds like, and the shake of the device. */
export interface AlarmSound {
  /** Makes ready at a tap: a page may only sound after somebody touched it. */
  prepare(): void
  ring(): void
  stop(): void
}

/** Tones made on the device, without a file; silent where the window cannot make any. */
export function makeAlarmSound(): AlarmSound {
  let context: AudioContext | undefined

  function prepare(): void {
    if (typeof AudioContext !== 'function') return
    context ??= new AudioContext()
    void context.resume().catch(() => undefined)
  }

  function ring(): void {
    navigator.vibrate?.([300, 100, 300])
    prepare()
    if (!context) return
    for (const [index, tone] of TONES.entries()) {
      const at = context.currentTime + index * TONE
      const source = context.createOscillator()
      const gain = context.createGain()
      source.type = 'square'
      source.frequency.value = tone
      gain.gain.setValueAtTime(LOUD, at)
      gain.gain.setValueAtTime(0, at + TONE * 0.95)
      source.connect(gain).connect(context.destination)
      source.start(at)
      source.stop(at + TONE)
    }
  }

  function stop(): void {
    navigator.vibrate?.(0)
    // Nothing sounds: the device need not keep its loudspeaker awake.
    void context?.suspend().catch(() => undefined)
  }

  return { prepare, ring, stop }
}
