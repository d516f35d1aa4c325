import type { CarriedFile, CarryBackDto, CarryDto, OutboxDto } from '@linli/ui-shared'
import type { Api } from '../api'
import { ApiError } from '../error'
import { outboxOf } from './lists'
import { FakeVoices } from './voices'

/** A stick that is plugged in, and what was carried with it. */
export class FakeCarrying {
  writtenAt: number | null = null
  drives = ['/media/ga/STICK']
  answers: string[] = []
  private readonly taken = new Set<string>()

  look(outbox: OutboxDto): CarryDto {
    const folder = 'Downloads'
    return {
      case_count: outbox.items.filter((item) => item.is_text_waiting || item.waiting_photo_count)
        .length,
      register_count: outbox.register_count,
      photo_count: outbox.photo_count,
      photo_bytes: outbox.photo_bytes,
      written_at: this.writtenAt,
      places: [...this.drives, folder].map((path) => ({
        path,
        name: path.split('/').at(-1) ?? path,
        is_drive: path !== folder,
        free_bytes: path === folder ? 41_000_000_000 : 7_800_000_000,
        answers:
          path === folder ? [] : this.answers.map((name) => ({ path: `${path}/${name}`, name })),
      })),
    }
  }

  write(dto: CarryDto, place: string, withPhotos: boolean, now: number): CarriedFile {
    if (!dto.places.some((known) => known.path === place)) {
      throw new ApiError({ code: 'carry', params: { no_place: 1 } })
    }
    this.writtenAt = now
    // Here the community is quick: its answer lies beside the file at once.
    this.answers.unshift('linli-0417-20260901-0900.linli-back')
    return {
      name: 'linli-0417-20260901-0900.linli-out',
      folder: place,
      bytes: 4_200 + (withPhotos ? dto.photo_bytes : 0),
      case_count: dto.case_count,
      register_count: dto.register_count,
      photo_count: withPhotos ? dto.photo_count : 0,
      left_photo_count: withPhotos ? 0 : dto.photo_count,
      written_at: now,
    }
  }

  take(answer: string): void {
    if (this.taken.has(answer)) throw new ApiError({ code: 'carry', params: { taken: 1 } })
    this.taken.add(answer)
    this.writtenAt = null
  }

  told(before: OutboxDto, after: OutboxDto): CarryBackDto {
    return {
      delivered_count: before.items.length - after.items.length,
      photo_count: before.photo_count - after.photo_count,
      needs_you_count: after.items.filter((item) => item.delivery.state === 'returned').length,
      waiting_count: after.items.filter((item) => item.is_text_waiting).length,
    }
  }
}

/** What waits, and carrying it by hand. */
export abstract class FakeCarry extends FakeVoices {
  readonly carrying = new FakeCarrying()

  outbox: Api['outbox'] = async () => ({
    ...structuredClone(outboxOf(this.world.cases, this.world.sync, this.waitingRecords.size)),
    carried_at: this.carrying.writtenAt,
  })

  carry: Api['carry'] = async () => this.carrying.look(await this.outbox())

  carryOut: Api['carryOut'] = async (place, withPhotos) => {
    const file = this.carrying.write(await this.carry(), place, withPhotos, this.now())
    this.tell(['outbox'])
    return file
  }

  carryBack: Api['carryBack'] = async (answer) => {
    const before = await this.outbox()
    this.carrying.take(answer)
    for (const { row, photos } of this.world.cases) {
      if (row.delivery.state !== 'waiting') continue
      for (const photo of photos) photo.is_delivered = true
      row.delivery = { ...row.delivery, state: 'community', wait: null }
    }
    this.tell(['outbox', 'cases', 'sync'])
    return this.carrying.told(before, await this.outbox())
  }
}
