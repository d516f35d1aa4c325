import { defineStore } from 'pinia'
import { computed, watch } from 'vue'
import type { SettingsDto } from '@linli/ui-shared'
import { useApi } from '../../api'
import { useLive } from '../useLive'

/** Whose device this is, which door is open, and how the screens look. */
export const useDeviceStore = defineStore('device', () => {
  const api = useApi()
  const { data: status, error, reload } = useLive(() => api.status(), ['device'])
  const settings = computed(() => status.value?.settings)

  async function change(part: Partial<SettingsDto>): Promise<void> {
    if (settings.value) await api.saveSettings({ ...settings.value, ...part })
  }

  watch(settings, (now) => now && wear(now), { flush: 'sync' })

  return { status, settings, error, reload, change }
})

/** Puts the look on the page; tokens.css does the rest. */
function wear(settings: SettingsDto): void {
  const page = document.documentElement
  page.lang = settings.language
  page.dataset.theme = settings.theme
  page.dataset.text = settings.text_size
  page.dataset.targets = settings.large_targets ? 'large' : 'standard'
}
