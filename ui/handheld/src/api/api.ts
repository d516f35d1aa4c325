import type {
  AccessList,
  AmendInput,
  BindInput,
  BlackenInput,
  BuildingInput,
  BuildingRow,
  CarriedFile,
  CarryBackDto,
  CarryDto,
  CaseDetail,
  CaseList,
  CaseQuery,
  CategoryDto,
  ChangeSet,
  CheckInput,
  ClashDto,
  ComponentInput,
  ContactEdit,
  CoverageDto,
  DeviceStatus,
  DiagnosisDto,
  DraftRow,
  DutyDto,
  DwellingInput,
  DwellingList,
  DwellingQuery,
  EnrolmentInput,
  EntranceInput,
  EntranceRow,
  EscalateInput,
  ExportedFile,
  FacilityList,
  FacilityQuery,
  FirstSyncDto,
  GridMap,
  HouseholdCard,
  HouseholdEdit,
  HouseholdInput,
  HouseholdList,
  HouseholdQuery,
  JoinInput,
  MessageList,
  MoveIn,
  OutboxDto,
  PatrolList,
  PhoneInput,
  PhotoDto,
  PhotoInput,
  PlaceDto,
  PlaceHint,
  PlaceQuery,
  PositionDto,
  PositionReading,
  ReportInput,
  RevealInput,
  RevealedDto,
  SavedRecord,
  SavedReport,
  SettingsDto,
  SettleInput,
  ShiftSummary,
  SplitInput,
  SyncStatus,
  TextHintDto,
  TicketDto,
  TrackChoice,
  TrackDto,
  TrackLine,
  UnlockInput,
  VerifyInput,
  VisitInput,
} from '@linli/ui-shared'
import type { VoiceApi } from './voice'

/**
 * Everything the screens can ask of the engine. Every promise may be rejected with an `ApiError`.
 * A promise of a save resolves when the data are safe on this device, never later. A save that is given the
 * name of a draft finishes it: in one stroke the draft is gone and the data are there.
 */
export interface Api extends VoiceApi {
  status(): Promise<DeviceStatus>
  readTicket(ticket: string): Promise<TicketDto>
  /** The ticket in a picture of a printed code. */
  readCode(picture: Blob): Promise<string>
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
  /** What a file for the community would hold, and where one can be written or read. */
  carry(): Promise<CarryDto>
  /** Writes what waits to one sealed file; nothing counts as sent by that. */
  carryOut(place: string, withPhotos: boolean): Promise<CarriedFile>
  /** Takes the community's answer to such a file. */
  carryBack(answer: string): Promise<CarryBackDto>
  /** Whether photos wait for Wi-Fi; text never does. */
  wifiOnly(): Promise<boolean>
  setWifiOnly(isOn: boolean): Promise<void>

  listCases(query: CaseQuery): Promise<CaseList>
  findCase(id: string): Promise<CaseDetail>
  check(input: CheckInput, draft?: string): Promise<SavedReport>
  /** Says whether what somebody else reported is there. */
  verify(input: VerifyInput, draft?: string): Promise<SavedReport>
  amend(input: AmendInput): Promise<SavedReport>
  /** Asks the desk that holds a case to pass it up. */
  escalate(input: EscalateInput): Promise<SavedReport>

  /** What others did with the cases of the signed-in person. */
  listMessages(): Promise<MessageList>
  /** Notes that messages were seen; none named means all. */
  readMessages(ids: string[]): Promise<void>
  /** Notes that a person has heard the alarm about a case. */
  hearAlarm(caseId: string): Promise<void>

  listCategories(): Promise<CategoryDto[]>
  addPhoto(photo: Blob, input: PhotoInput): Promise<PhotoDto>
  /** Burns black parts into a photo that no case names yet; it has another hash then, the old one is gone. */
  blackenPhoto(input: BlackenInput): Promise<PhotoDto>
  /** Where an `img` finds a photo by its hash. */
  photoUrl(hash: string, size: 'full' | 'small'): string
  report(input: ReportInput, draft?: string): Promise<SavedReport>
  /** What the words of a case seem to hold that does not belong there; never a reason not to save. */
  textHints(text: string): Promise<TextHintDto[]>

  position(): Promise<PositionReading>
  placeHint(query: PlaceQuery): Promise<PlaceHint>
  /** Where the grid ends and what is in it; answered offline. */
  gridMap(): Promise<GridMap>
  /** Named places of the grid, nearest first when a position is given. */
  listPlaces(text: string, near: PositionDto | null): Promise<PlaceDto[]>

  /** Answers to a question, the best first, or the households of a place in the order of doors. */
  listHouseholds(query: HouseholdQuery): Promise<HouseholdList>
  /** The card of a household, or of the household of a contact. */
  findHousehold(id: string): Promise<HouseholdCard>
  listBuildings(): Promise<BuildingRow[]>
  listEntrances(building: string): Promise<EntranceRow[]>
  listDwellings(query: DwellingQuery): Promise<DwellingList>
  addBuilding(input: BuildingInput, draft?: string): Promise<SavedRecord>
  addEntrance(input: EntranceInput, draft?: string): Promise<SavedRecord>
  addDwelling(input: DwellingInput, draft?: string): Promise<SavedRecord>
  /** Named places or components. */
  listFacilities(query: FacilityQuery): Promise<FacilityList>
  /** Notes how a component was found. */
  setComponent(input: ComponentInput): Promise<SavedRecord>
  addHousehold(input: HouseholdInput, draft?: string): Promise<SavedRecord>
  editHousehold(input: HouseholdEdit, draft?: string): Promise<SavedRecord>
  moveIn(input: MoveIn, draft?: string): Promise<SavedRecord>
  moveOut(household: string): Promise<SavedRecord>
  splitHousehold(input: SplitInput, draft?: string): Promise<SavedRecord>
  joinHouseholds(input: JoinInput): Promise<SavedRecord>

  editContact(input: ContactEdit, draft?: string): Promise<SavedRecord>
  /** Answers the contact, which is another record when the old number is to be forgotten. */
  correctPhone(input: PhoneInput, draft?: string): Promise<SavedRecord>
  /** The numbers in full, once a row about it stands in the access log. */
  reveal(input: RevealInput): Promise<RevealedDto>
  /** Who looked at numbers on this device: of a household or contact, or of all. */
  accessLog(record: string | null): Promise<AccessList>

  noteVisit(input: VisitInput, draft?: string): Promise<SavedRecord>
  /** Names the case that came of a visit. */
  linkVisit(visit: string, caseId: string): Promise<SavedRecord>
  enrolService(input: EnrolmentInput, draft?: string): Promise<SavedRecord>
  endService(enrolment: string): Promise<SavedRecord>

  duty(): Promise<DutyDto>
  /** Begins or ends the shift of the signed-in person. */
  setDuty(isOn: boolean): Promise<DutyDto>
  /** Where to go, nearest first. */
  patrol(): Promise<PatrolList>
  /** What of the grid was covered by work within so many days. */
  coverage(days: number): Promise<CoverageDto>
  /** The running shift, or the last one; null before the first. */
  shiftSummary(): Promise<ShiftSummary | null>
  /** The person's own tracks; nobody else sees them. */
  track(): Promise<TrackDto>
  setTrack(choice: TrackChoice): Promise<TrackDto>
  trackLine(id: string): Promise<TrackLine>
  /** Writes a track as GPX where the person finds it. */
  exportTrack(id: string): Promise<ExportedFile>
  deleteTrack(id: string): Promise<void>

  /** What works on this device and what does not; asked before unlocking too. */
  diagnose(): Promise<DiagnosisDto>

  /** Fields with several values: of a household, or of everything in the grid. */
  listClashes(household: string | null): Promise<ClashDto[]>
  settleClash(input: SettleInput): Promise<SavedRecord>

  /** What the signed-in person has begun and not saved, the newest first. */
  listDrafts(): Promise<DraftRow[]>
  /** The content of a draft, or null. Drafts live in the engine, encrypted, and survive a restart. */
  loadDraft(name: string): Promise<string | null>
  saveDraft(name: string, content: string): Promise<void>
  deleteDraft(name: string): Promise<void>

  /** Tells of every change until the returned function is called. */
  onChange(listener: (change: ChangeSet) => void): () => void
}
