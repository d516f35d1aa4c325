import type {
  NoPhotoReason,
  PhotoDto,
  PositionDto,
  ReportInput,
  UrgencyDto,
  VoiceDto,
} from '@linli/ui-shared'
import { noteIssue } from '../../shared/form/rules'

/** A report that is being written. Kept in the engine from the first touch. */
export interface ReportDraft {
  category: string | null
  urgency: UrgencyDto
  position: PositionDto | null
  place: string
  /** Whether a person chose the place; a new measurement then no longer replaces it. */
  isPlaceChosen: boolean
  note: string
  photos: PhotoDto[]
  voice: VoiceDto | null
  noPhotoReason: NoPhotoReason | null
  /** The visit that it came of. */
  visit: string | null
}

/** The part of a draft that says where. */
export type PlaceChoice = Pick<ReportDraft, 'place' | 'position' | 'isPlaceChosen'>

export function emptyDraft(): ReportDraft {
  return {
    category: null,
    urgency: 'ordinary',
    position: null,
    place: '',
    isPlaceChosen: false,
    note: '',
    photos: [],
    voice: null,
    noPhotoReason: null,
    visit: null,
  }
}

/** Whether there is anything that would be a pity to lose. */
export function isWorthKeeping(draft: ReportDraft): boolean {
  return (
    draft.photos.length > 0 ||
    draft.voice !== null ||
    draft.category !== null ||
    draft.note.trim() !== '' ||
    draft.isPlaceChosen
  )
}

/** What keeps a report from being saved, in the order of the screen; `note`: its words cannot be taken. */
export type Missing = 'photos' | 'place' | 'category' | 'note'

export function missingOf(draft: ReportDraft, isPhotoRequired: boolean): Missing[] {
  const missing: Missing[] = []
  if (draft.photos.length === 0 && isPhotoRequired && draft.noPhotoReason === null) {
    missing.push('photos')
  }
  if (draft.position === null && draft.place.trim() === '') missing.push('place')
  if (draft.category === null) missing.push('category')
  if (noteIssue(draft.note)) missing.push('note')
  return missing
}

/** The report as the engine wants it; only for a draft that lacks nothing. */
export function inputOf(draft: ReportDraft, category: string): ReportInput {
  return {
    category,
    urgency: draft.urgency,
    position: draft.position,
    place: draft.place.trim() || null,
    note: draft.note.trim() || null,
    photos: draft.photos.map((photo) => photo.hash),
    voice: draft.voice?.hash ?? null,
    no_photo_reason: draft.photos.length === 0 ? draft.noPhotoReason : null,
  }
}

/** A stored draft, or an empty one when it cannot be read by this version. */
export function parseDraft(content: string | null): ReportDraft {
  if (content === null) return emptyDraft()
  try {
    const stored: unknown = JSON.parse(content)
    if (typeof stored !== 'object' || stored === null) return emptyDraft()
    return { ...emptyDraft(), ...stored }
  } catch {
    return emptyDraft()
  }
}
