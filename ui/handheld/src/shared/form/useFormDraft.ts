import { reactive, ref, watch, type Ref } from 'vue'
import { useApi } from '../../api'
import { useScreenDraft, type Finish } from './useDraftKeeper'

/** A form whose contents live in the engine until they are saved. What equals the beginning is no draft. */
export function useFormDraft<T extends Record<string, unknown>>(
  name: string,
  begin: T,
): { form: T; isLoaded: Ref<boolean>; finish: Finish } {
  const api = useApi()
  const form = reactive({ ...begin }) as T
  const isLoaded = ref(false)
  const unchanged = JSON.stringify(begin)
  const { changed, finish } = useScreenDraft(name, () => {
    if (!isLoaded.value) return undefined
    const now = JSON.stringify(form)
    return now === unchanged ? null : now
  })

  async function load(): Promise<void> {
    const content = await api.loadDraft(name).catch(() => null)
    if (content !== null) Object.assign(form, ofSameShape(begin, content))
    isLoaded.value = true
  }

  watch(form, changed)
  void load()
  return { form, isLoaded, finish }
}

/** The values of a stored draft that fit the form as this version has it. */
function ofSameShape<T extends Record<string, unknown>>(begin: T, content: string): Partial<T> {
  try {
    const stored: unknown = JSON.parse(content)
    if (typeof stored !== 'object' || stored === null) return {}
    const fitting = Object.entries(stored).filter(
      ([key, value]) =>
        key in begin &&
        typeof value === typeof begin[key] &&
        Array.isArray(value) === Array.isArray(begin[key]),
    )
    return Object.fromEntries(fitting) as Partial<T>
  } catch {
    return {}
  }
}
