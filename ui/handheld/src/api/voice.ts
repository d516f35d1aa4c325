import type { VoiceDto, VoicePieceInput } from '@linli/ui-shared'

/** What the screens can ask of the engine about spoken notes. */
export interface VoiceApi {
  /** Keeps a piece of a recording that goes on: 16 bit, 16 kHz, mono. */
  addVoicePiece(samples: Int16Array, input: VoicePieceInput): Promise<void>
  /** Makes one voice note of all pieces of a form; null when there are none. */
  finishVoice(form: string): Promise<VoiceDto | null>
  /** Forgets a voice note that nothing names yet. */
  deleteVoice(hash: string): Promise<void>
  /** The sound of a voice note, fetched when it is not here. */
  voice(hash: string): Promise<Blob>
}
