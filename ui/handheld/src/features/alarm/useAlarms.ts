import type { AlarmDto } from '@linli/ui-shared'
import { computed, onScopeDispose, reactive, ref, watch } from 'vue'
import { useApi } from '../../api'
import { useSyncStore } from '../../shared/stores/sync'

/** A timer cannot be set for longer than about 24 days. */
const FAR = 2_000_000_000

/**
 * Reports of danger that nobody has and whose time has come. What was known before the device was
 * locked goes on ringing: the last answer of the engine stays when it refuses another.
 */
export function useAlarms() {
  const api = useApi()
  const sync = useSyncStore()
  const now = ref(Date.now())
  /** Heard by a person here, whatever the engine could note. */
  const heard = reactive(new Set<string>())
  let timer: ReturnType<typeof setTimeout> | undefined

  const open = computed<AlarmDto[]>(() =>
    (sync.status?.alarms ?? []).filter((one) => !one.is_heard && !heard.has(one.case_id)),
  )
  const ringing = computed(() => open.value.filter((one) => one.rings_at <= now.value))

  /** Wakes once, when the next one is due. */
  function wait(): void {
    clearTimeout(timer)
    now.value = Date.now()
    const next = Math.min(...open.value.map((one) => one.rings_at).filter((at) => at > now.value))
    if (Number.isFinite(next)) timer = setTimeout(wait, Math.min(next - now.value, FAR))
  }

  function hear(caseId: string): void {
    heard.add(caseId)
    // Locked, the engine may not note it: it is told again with its next answer.
    void api.hearAlarm(caseId).catch(() => undefined)
  }

  watch(open, wait, { immediate: true })
  watch(
    () => sync.status?.alarms,
    (alarms) => {
      const untold = alarms?.filter((one) => !one.is_heard && heard.has(one.case_id)) ?? []
      for (const { case_id: id } of untold) void api.hearAlarm(id).catch(() => undefined)
    },
  )
  onScopeDispose(() => clearTimeout(timer))
  return { ringing, hear }
}
