import type {
  AmendInput,
  BindInput,
  CaseDetail,
  CaseList,
  CaseQuery,
  CategoryDto,
  ChangeSet,
  CheckInput,
  DeviceStatus,
  FirstSyncDto,
  OutboxDto,
  PhotoDto,
  PhotoInput,
  PlaceDto,
  PlaceHint,
  PlaceQuery,
  PositionDto,
  PositionReading,
  ReportInput,
  SavedReport,
  SettingsDto,
  SyncStatus,
  TicketDto,
  UnlockInput,
} from '@linli/ui-shared'

/**
 * Everything the screens can ask of the engine. Every promise may be rejected with an `ApiError`.
 * A promise of a save resolves when the data are safe on this device, never later.
 */
export interface Api {
  status(): Promise<DeviceStatus>
  readTicket(ticket: string): Promise<TicketDto>
  bind(input: BindInput): Promise<void>
  /** Gives a binding up that is not confirmed yet; a new ticket is needed. */
  cancelBinding(): Promise<void>
  unlock(input: UnlockInput): Promise<void>
  lock(): Promise<void>
  saveSettings(settings: SettingsDto): Promise<void>

  firstSync(): Promise<FirstSyncDto>
  /** Leaves the first-sync screen while the rest follows. */
  startWork(): Promise<void>

  syncStatus(): Promise<SyncStatus>
  outbox(): Promise<OutboxDto>
  /** Asks for an exchange now; resolves when it was begun. */
  syncNow(): Promise<void>

  listCases(query: CaseQuery): Promise<CaseList>
  findCase(id: string): Promise<CaseDetail>
  check(input: CheckInput): Promise<SavedReport>
  amend(input: AmendInput): Promise<SavedReport>

  listCategories(): Promise<CategoryDto[]>
  addPhoto(photo: Blob, input: PhotoInput): Promise<PhotoDto>
  /** Where an `img` finds a photo by its hash. */
  photoUrl(hash: string, size: 'full' | 'small'): string
  report(input: ReportInput): Promise<SavedReport>

  position(): Promise<PositionReading>
  placeHint(query: PlaceQuery): Promise<PlaceHint>
  /** Named places of the grid, nearest first when a position is given. */
  listPlaces(text: string, near: PositionDto | null): Promise<PlaceDto[]>

  /** The content of a draft, or null. Drafts live in the engine, encrypted, and survive a restart. */
  loadDraft(name: string): Promise<string | null>
  saveDraft(name: string, content: string): Promise<void>
  deleteDraft(name: string): Promise<void>

  /** Tells of every change until the returned function is called. */
  onChange(listener: (change: ChangeSet) => void): () => void
}
