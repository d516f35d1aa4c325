import type {
  CaseDetail,
  DeviceState,
  DeviceStatus,
  SettingsDto,
  SyncStatus,
} from '@linli/ui-shared'
import { morningCases } from './cases'
import { smell } from './cases-asked'
import { manyCases } from './many'
import { grid, staff } from './reference'

/** The situations that the fake engine can start in. */
export const scenarioNames = [
  'unbound',
  'confirming',
  'locked',
  'first-sync',
  'offline',
  'connected',
  'sending',
  'needs-you',
  'empty',
  'many',
  'alarm',
] as const

export type ScenarioName = (typeof scenarioNames)[number]

/** What the fake engine starts with. */
export interface World {
  status: DeviceStatus
  sync: SyncStatus
  cases: CaseDetail[]
}

export const plainSettings: SettingsDto = {
  language: 'zh-CN',
  theme: 'light',
  text_size: 'standard',
  large_targets: false,
  hand: 'right',
}

const HOUR = 3_600_000

function stateOf(name: ScenarioName): DeviceState {
  switch (name) {
    case 'unbound':
    case 'confirming':
    case 'locked':
      return name
    case 'first-sync':
      return 'first_sync'
    default:
      return 'ready'
  }
}

function statusOf(name: ScenarioName, settings: SettingsDto): DeviceStatus {
  const state = stateOf(name)
  const isBound = state !== 'unbound'
  const isOpen = state === 'ready' || state === 'first_sync'
  return {
    state,
    device_name: isBound ? '0417' : null,
    grid: isBound ? grid : null,
    staff: isBound ? staff : [],
    signed_in: isOpen ? (staff[0] ?? null) : null,
    secret: 'passphrase',
    tries_left: null,
    try_again_at: null,
    waiting_count: name === 'locked' || name === 'offline' ? 3 : 0,
    binding:
      name === 'confirming'
        ? { stage: 'waiting_for_person', check_code: '482913', reason: null }
        : null,
    settings,
    app_version: '0.1.0',
  }
}

function syncOf(name: ScenarioName, now: number): SyncStatus {
  const calm: SyncStatus = {
    strip: 'connected',
    wait: null,
    sent_count: 0,
    sending_count: 0,
    waiting_count: 0,
    needs_you_count: 0,
    last_contact_at: now - 20_000,
    last_delivered_at: now - 0.4 * HOUR,
    last_download_at: now - 20_000,
    alarms: [],
    unread_count: 0,
    little_room_mb: null,
  }
  switch (name) {
    case 'offline':
    case 'alarm':
      return {
        ...calm,
        strip: 'offline',
        wait: { reason: 'NO_NETWORK', params: {} },
        waiting_count: name === 'alarm' ? 2 : 1,
        needs_you_count: 0,
        last_contact_at: now - 0.3 * HOUR,
        last_delivered_at: now - 15 * HOUR,
        last_download_at: now - 0.3 * HOUR,
      }
    case 'sending':
      return { ...calm, strip: 'sending', sent_count: 2, sending_count: 5, waiting_count: 3 }
    case 'needs-you':
      return { ...calm, strip: 'needs_you', needs_you_count: 1, waiting_count: 1 }
    default:
      return calm
  }
}

export function worldOf(
  name: ScenarioName,
  now: number,
  settings: SettingsDto = plainSettings,
): World {
  return {
    status: statusOf(name, settings),
    sync: syncOf(name, now),
    cases: casesOf(name, now),
  }
}

function casesOf(name: ScenarioName, now: number): CaseDetail[] {
  if (name === 'empty' || name === 'first-sync') return []
  if (name === 'alarm') return [smell(now), ...morningCases(now)]
  return name === 'many' ? [...morningCases(now), ...manyCases(now)] : morningCases(now)
}
