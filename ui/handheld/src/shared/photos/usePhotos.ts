import { computed, ref, type Ref } from 'vue'
import type { PhotoDto, PhotoKind, PositionDto } from '@linli/ui-shared'
import { ApiError, useApi } from '../../api'

/** The most photos of a form. */
export const PHOTO_LIMIT = 9

/**
 * Photos of a form. Each is handed to the engine at once, so that a form that is left, or a program
 * that stops, loses none.
 */
export function usePhotos(
  photos: Ref<PhotoDto[]>,
  kindOf: (index: number) => PhotoKind,
  position: () => PositionDto | null,
) {
  const api = useApi()
  const isBusy = ref(false)
  const error = ref<ApiError>()
  const isFull = computed(() => photos.value.length >= PHOTO_LIMIT)

  async function add(files: Iterable<Blob>): Promise<void> {
    isBusy.value = true
    error.value = undefined
    try {
      for (const file of files) {
        if (isFull.value) break
        const kind = kindOf(photos.value.length)
        const photo = await api.addPhoto(file, { kind, position: position() })
        const isNew = photos.value.every((known) => known.hash !== photo.hash)
        if (isNew) photos.value = [...photos.value, photo]
      }
    } catch (thrown) {
      error.value = ApiError.from(thrown)
    } finally {
      isBusy.value = false
    }
  }

  function remove(hash: string): void {
    photos.value = photos.value.filter((photo) => photo.hash !== hash)
  }

  /** Puts another photo where one was. */
  function replace(hash: string, by: PhotoDto): void {
    photos.value = photos.value.map((photo) => (photo.hash === hash ? by : photo))
  }

  return { isBusy, error, isFull, add, remove, replace }
}
