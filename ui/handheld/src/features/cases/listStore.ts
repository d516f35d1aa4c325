import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { CaseListKind } from '@linli/ui-shared'
import type { Anchor } from '../../shared/list/heights'
import type { WorkGroup } from './workGroups'

/** What was looked at in the list of cases, so that coming back from a case goes on there. */
export const useCaseListStore = defineStore('case-list', () => {
  const list = ref<CaseListKind>('mine')
  const text = ref('')
  const group = ref<WorkGroup | 'all'>('all')
  const anchor = ref<Anchor>()
  return { list, text, group, anchor }
})
