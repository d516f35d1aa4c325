import { defineStore } from 'pinia'
import { useApi } from '../../api'
import { useLive } from '../useLive'

/** What the strip shows, for every screen. */
export const useSyncStore = defineStore('sync', () => {
  const api = useApi()
  const { data: status, reload } = useLive(() => api.syncStatus(), ['sync', 'outbox', 'device'])
  return { status, reload, syncNow: () => api.syncNow() }
})
