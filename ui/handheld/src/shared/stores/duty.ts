import { defineStore } from 'pinia'
import { computed } from 'vue'
import { useApi } from '../../api'
import { useLive } from '../useLive'

/** Whether the signed-in person is on duty and whether a track is being kept, for every screen. */
export const useDutyStore = defineStore('duty', () => {
  const api = useApi()
  const { data: duty, reload } = useLive(() => api.duty(), ['patrol', 'device'])
  const since = computed(() => duty.value?.since_at ?? null)
  const isTracking = computed(() => duty.value?.is_tracking ?? false)

  async function set(isOn: boolean): Promise<void> {
    duty.value = await api.setDuty(isOn)
  }

  return { duty, since, isTracking, reload, set }
})
