import { RATE } from './source'

/** Makes 16 bit samples at 16 kHz of what a microphone gives at any rate: each is the mean of its stretch. */
export class Downsampler {
  private readonly step: number
  private sum = 0
  private filled = 0

  constructor(rate: number) {
    this.step = rate / RATE
  }

  push(block: Float32Array): Int16Array {
    const out = new Int16Array(Math.ceil(block.length / this.step) + 1)
    let count = 0
    for (const sample of block) {
      let left = 1
      while (left > 1e-9) {
        const take = Math.min(left, this.step - this.filled)
        this.sum += sample * take
        this.filled += take
        left -= take
        if (this.step - this.filled > 1e-9) continue
        out[count] = Math.round(Math.max(-1, Math.min(1, this.sum / this.step)) * 32_767)
        count += 1
        this.sum = this.filled = 0
      }
    }
    return out.slice(0, count)
  }
}

/** How loud samples are, 0 to 1, as ears hear it: from -50 dB up. */
export function loudness(samples: Int16Array): number {
  let squares = 0
  for (const sample of samples) squares += (sample / 32_768) ** 2
  const decibel = 10 * Math.log10(squares / Math.max(1, samples.length) + 1e-10)
  return Math.max(0, Math.min(1, 1 + decibel / 50))
}
