import { defineStore } from 'pinia'
import { reactive, ref, shallowRef } from 'vue'
import type { Anchor } from '../../shared/list/heights'
import type { Layer } from './things'
import type { View } from '../../shared/view'

/** How the map was looked at, so that coming back from a case goes on there. */
export const useMapStore = defineStore('map', () => {
  /** The list instead of the map, by the person's choice. */
  const isList = ref(false)
  /** Layers that were switched off; doors are, until somebody wants them. */
  const hidden = reactive(new Set<Layer>(['place']))
  /** One's own track of today, when somebody wants it. */
  const isTrackShown = ref(false)
  /** What was seen last; nothing before the first look. */
  const view = shallowRef<View>()
  const anchor = ref<Anchor>()
  return { isList, hidden, isTrackShown, view, anchor }
})
