import type { VoiceDto } from '@linli/ui-shared'

/** Sounds that stand in for what people said. */

export const RATE = 16_000

export function voiceOf(hash: string, at: number, length_ms: number): VoiceDto {
  return { hash, at, length_ms, is_here: true, is_delivered: false }
}

/** Two seconds of a tone, for the voice notes that were there before; none for any other name. */
export function invented(hash: string): Blob | undefined {
  if (hash !== 'voice-fence' && hash !== 'voice-visit') return undefined
  const tone = Int16Array.from({ length: 2 * RATE }, (_, at) => 3000 * Math.sin(at / 8))
  return waveOf([tone], tone.length)
}

/** A plain wave file: browsers play it without a codec. */
export function waveOf(pieces: Int16Array[], count: number): Blob {
  const bytes = count * 2
  const head = new DataView(new ArrayBuffer(44))
  const word = (at: number, text: string) =>
    [...text].forEach((letter, index) => head.setUint8(at + index, letter.charCodeAt(0)))
  word(0, 'RIFF')
  head.setUint32(4, 36 + bytes, true)
  word(8, 'WAVEfmt ')
  head.setUint32(16, 16, true)
  head.setUint16(20, 1, true)
  head.setUint16(22, 1, true)
  head.setUint32(24, RATE, true)
  head.setUint32(28, RATE * 2, true)
  head.setUint16(32, 2, true)
  head.setUint16(34, 16, true)
  word(36, 'data')
  head.setUint32(40, bytes, true)
  return new Blob([head.buffer, ...pieces.map((piece) => piece.slice().buffer)], {
    type: 'audio/wav',
  })
}
