import type { BlackenInput, PhotoDto, PhotoInput } from '@linli/ui-shared'
import { ApiError } from '../error'
import { blackenedUrl, pictureUrl, rememberPicture } from './pictures'

/** Photos that were taken and that no case names yet. */
export class FakePhotos {
  private readonly added = new Map<string, PhotoDto>()
  private number = 0

  add(file: Blob, input: PhotoInput, at: number): PhotoDto {
    if (!file.type.startsWith('image/')) {
      throw new ApiError({ code: 'photo_unreadable', params: {} })
    }
    return this.keep(URL.createObjectURL(file), {
      hash: '',
      kind: input.kind,
      at,
      width: 1600,
      height: 1200,
      is_here: true,
      is_delivered: false,
    })
  }

  async blacken({ hash, areas }: BlackenInput): Promise<PhotoDto> {
    const old = this.added.get(hash)
    if (!old) throw new ApiError({ code: 'refused', params: { reason: 'photo_in_use' } })
    const url = await blackenedUrl(pictureUrl(hash), areas)
    this.added.delete(hash)
    return this.keep(url, old)
  }

  private keep(url: string, like: PhotoDto): PhotoDto {
    this.number += 1
    const photo = { ...like, hash: `photo-${this.number}` }
    rememberPicture(photo.hash, url)
    this.added.set(photo.hash, photo)
    return { ...photo }
  }
}
