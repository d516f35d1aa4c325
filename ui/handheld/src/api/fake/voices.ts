import type { Api } from '../api'
import { ApiError } from '../error'
import { codeOf } from './code'
import { FakeNews } from './news'
import { invented, RATE, voiceOf, waveOf } from './sounds'

const SHORTEST = RATE / 2

/** What is heard and seen: voice notes in pieces, then one note that nothing names yet; pictures of codes. */
export abstract class FakeVoices extends FakeNews {
  readonly pieces = new Map<string, Int16Array[]>()
  readonly sounds = new Map<string, Blob>()
  /** What the next piece is refused with. */
  refuses: ApiError | undefined
  private spoken = 0

  readCode: Api['readCode'] = codeOf

  addVoicePiece: Api['addVoicePiece'] = async (samples, { form, number }) => {
    if (this.refuses) throw this.refuses
    const pieces = this.pieces.get(form) ?? []
    if (number > pieces.length) {
      throw new ApiError({ code: 'input_invalid', params: { field: 'voice' } })
    }
    pieces[number] ??= samples.slice()
    this.pieces.set(form, pieces)
  }

  finishVoice: Api['finishVoice'] = async (form) => {
    const pieces = this.pieces.get(form)
    if (!pieces) return null
    this.pieces.delete(form)
    const count = pieces.reduce((sum, piece) => sum + piece.length, 0)
    if (count < SHORTEST) throw new ApiError({ code: 'voice_too_short', params: {} })
    this.spoken += 1
    const hash = `voice-${this.spoken}`
    this.sounds.set(hash, waveOf(pieces, count))
    return voiceOf(hash, this.now(), Math.round((count / RATE) * 1000))
  }

  deleteVoice: Api['deleteVoice'] = async (hash) => {
    this.sounds.delete(hash)
  }

  voice: Api['voice'] = async (hash) => {
    const sound = this.sounds.get(hash) ?? invented(hash)
    if (!sound) throw new ApiError({ code: 'not_found', params: {} })
    return sound
  }
}
