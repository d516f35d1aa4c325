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

  let turn: Promise<unknown> = Promise.resolve()

  /** Changes a part of the settings. One after the other: a fast second choice does not undo the first. */
  function change(part: Partial<SettingsDto>): Promise<void> {
    const mine = turn.then(async () => {
      const { settings: before } = await api.status()
      await api.saveSettings({ ...before, ...part })
    })
    turn = mine.catch(() => {})
    return mine
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
  page.dataset.hand = settings.hand
}
