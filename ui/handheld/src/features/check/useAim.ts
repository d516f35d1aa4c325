import { computed } from 'vue'
import { useText, type CaseDetail, type PositionReading, type TaskDto } from '@linli/ui-shared'
import { useApi } from '../../api'
import { metresBetween } from '../../shared/distance'

/** What helps to take the right picture: how far it is, what is asked, how it looked before. */
export function useAim(
  what: 'check' | 'verify',
  detail: () => CaseDetail | undefined,
  task: () => TaskDto | undefined,
  reading: () => PositionReading | undefined,
) {
  const { t, name, distance } = useText()
  const api = useApi()

  const title = computed(() => {
    const row = detail()?.row
    return row
      ? t(what === 'check' ? 'check.title' : 'verify.title', { what: name(row.category.name) })
      : t(`task.${what}`)
  })

  /** How far the person is from where the report was made; null while either is not known. */
  const away = computed(() => {
    const there = detail()?.position
    const here = reading()?.position
    if (!there || !here) return null
    return t('check.away', { distance: distance(metresBetween(here, there)) })
  })

  const facts = computed(() => {
    const condition = task()?.condition
    const wanted = condition ? t('check.wanted', { condition: name(condition) }) : null
    return [away.value, wanted].filter((one) => one !== null)
  })

  const ghost = computed(() => {
    const hash = task()?.photo
    return hash ? api.photoUrl(hash, 'full') : undefined
  })

  return { title, away, facts, ghost }
}
