import type { ClashDto } from '@linli/ui-shared'
import type { RouteLocationRaw } from 'vue-router'

/** Where a field with two values is settled, and where to go on afterwards. */
export function clashTarget(
  clash: Pick<ClashDto, 'field' | 'record'>,
  then?: string,
): RouteLocationRaw {
  const { record, field } = clash
  return { name: 'clash', params: { record, field }, query: then ? { then } : {} }
}
