import { convertFileSrc, invoke, type InvokeArgs, type InvokeOptions } from '@tauri-apps/api/core'
import { listen } from '@tauri-apps/api/event'
import type { ChangeSet } from '@linli/ui-shared'
import type { Api } from './api'
import { ApiError } from './error'

/** The engine's event; the name stands in crates/device/src/dto/change_set.rs. */
const CHANGE_EVENT = 'linli://changed'

async function call<T>(command: string, args?: InvokeArgs, options?: InvokeOptions): Promise<T> {
  try {
    return await invoke<T>(command, args, options)
  } catch (thrown) {
    throw ApiError.from(thrown)
  }
}

/** The real engine, behind Tauri commands. */
export const tauriApi: Api = {
  status: () => call('status'),
  readTicket: (ticket) => call('read_ticket', { ticket }),
  readCode: async (picture) => call('read_code', await picture.arrayBuffer()),
  bind: (input) => call('bind', { input }),
  cancelBinding: () => call('cancel_binding'),
  unlock: (input) => call('unlock', { input }),
  lock: () => call('lock'),
  saveSettings: (settings) => call('save_settings', { settings }),

  firstSync: () => call('first_sync'),
  startWork: () => call('start_work'),

  syncStatus: () => call('sync_status'),
  outbox: () => call('outbox'),
  syncNow: () => call('sync_now'),
  carry: () => call('carry'),
  carryOut: (place, withPhotos) => call('carry_out', { place, withPhotos }),
  carryBack: (answer) => call('carry_back', { answer }),
  wifiOnly: () => call('wifi_only'),
  setWifiOnly: (isOn) => call('set_wifi_only', { isOn }),

  listCases: (query) => call('list_cases', { query }),
  findCase: (id) => call('find_case', { id }),
  check: (input, draft) => call('check', { input, draft }),
  verify: (input, draft) => call('verify', { input, draft }),
  amend: (input) => call('amend', { input }),
  escalate: (input) => call('escalate', { input }),

  listMessages: () => call('list_messages'),
  readMessages: (ids) => call('read_messages', { ids }),
  hearAlarm: (caseId) => call('hear_alarm', { caseId }),

  listCategories: () => call('list_categories'),
  // Raw bytes as the body; what is told about them goes in a header.
  addPhoto: async (photo, input) =>
    call('add_photo', await photo.arrayBuffer(), {
      headers: { 'linli-photo': JSON.stringify(input) },
    }),
  blackenPhoto: (input) => call('blacken_photo', { input }),
  photoUrl: (hash, size) => `${convertFileSrc(hash, 'photo')}?size=${size}`,
  addVoicePiece: (samples, input) => {
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
    const headers = { 'linli-voice': JSON.stringify(input) }
    return call('add_voice_piece', bytes, { headers })
  },
  finishVoice: (form) => call('finish_voice', { form }),
  deleteVoice: (hash) => call('delete_voice', { hash }),
  voice: async (hash) => {
    const sound: ArrayBuffer = await call('voice', { hash })
    return new Blob([sound], { type: 'audio/ogg' })
  },
  report: (input, draft) => call('report', { input, draft }),
  textHints: (text) => call('text_hints', { text }),

  position: () => call('position'),
  placeHint: (query) => call('place_hint', { query }),
  gridMap: () => call('grid_map'),
  listPlaces: (text, near) => call('list_places', { text, near }),

  listHouseholds: (query) => call('list_households', { query }),
  findHousehold: (id) => call('find_household', { id }),
  listBuildings: () => call('list_buildings'),
  listEntrances: (building) => call('list_entrances', { building }),
  listDwellings: (query) => call('list_dwellings', { query }),
  addBuilding: (input, draft) => call('add_building', { input, draft }),
  addEntrance: (input, draft) => call('add_entrance', { input, draft }),
  addDwelling: (input, draft) => call('add_dwelling', { input, draft }),
  listFacilities: (query) => call('list_facilities', { query }),
  setComponent: (input) => call('set_component', { input }),
  addHousehold: (input, draft) => call('add_household', { input, draft }),
  editHousehold: (input, draft) => call('edit_household', { input, draft }),
  moveIn: (input, draft) => call('move_in', { input, draft }),
  moveOut: (household) => call('move_out', { household }),
  splitHousehold: (input, draft) => call('split_household', { input, draft }),
  joinHouseholds: (input) => call('join_households', { input }),

  editContact: (input, draft) => call('edit_contact', { input, draft }),
  correctPhone: (input, draft) => call('correct_phone', { input, draft }),
  reveal: (input) => call('reveal', { input }),
  accessLog: (record) => call('access_log', { record }),

  noteVisit: (input, draft) => call('note_visit', { input, draft }),
  linkVisit: (visit, caseId) => call('link_visit', { visit, caseId }),
  enrolService: (input, draft) => call('enrol_service', { input, draft }),
  endService: (enrolment) => call('end_service', { enrolment }),

  duty: () => call('duty'),
  setDuty: (isOn) => call('set_duty', { isOn }),
  patrol: () => call('patrol'),
  coverage: (days) => call('coverage', { days }),
  shiftSummary: () => call('shift_summary'),
  track: () => call('track'),
  setTrack: (choice) => call('set_track', { choice }),
  trackLine: (id) => call('track_line', { id }),
  exportTrack: (id) => call('export_track', { id }),
  deleteTrack: (id) => call('delete_track', { id }),

  diagnose: () => call('diagnose'),

  listClashes: (household) => call('list_clashes', { household }),
  settleClash: (input) => call('settle_clash', { input }),

  listDrafts: () => call('list_drafts'),
  loadDraft: (name) => call('load_draft', { name }),
  saveDraft: (name, content) => call('save_draft', { name, content }),
  deleteDraft: (name) => call('delete_draft', { name }),

  onChange(listener) {
    const stop = listen<ChangeSet>(CHANGE_EVENT, (event) => listener(event.payload))
    return () => void stop.then((unlisten) => unlisten())
  },
}
