import type { MapComponent } from '@linli/ui-shared'
import { useApi } from '../../api'
import { useLive } from '../../shared/useLive'
import { allComponents } from './useComponents'

/** One component: from the map, which knows where it is, or from the list when the map leaves it out. */
export function useComponent(id: string) {
  const api = useApi()

  async function read(): Promise<MapComponent | null> {
    const { components, more_component_count: more } = await api.gridMap()
    const found = components.find((one) => one.id === id)
    if (found || more === 0) return found ?? null
    const row = (await allComponents(api)).find((one) => one.id === id)
    return row ? { ...row, at: null } : null
  }

  return useLive(read, ['register'])
}
