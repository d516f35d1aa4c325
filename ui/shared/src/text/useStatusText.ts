import type { CaseRow, DeliveryDto, WaitDto } from '../gen'
import { useText } from './useText'

/** The words of the sync-status language, the same on every screen. */
export function useStatusText() {
  const { t, te, params, code, now, span, time } = useText()

  /** Why something waits, in few words. */
  function wait(of: WaitDto): string {
    return t(`wait.${of.reason}`, params(of.params))
  }

  /** What helps, or that nothing is needed. */
  function waitHelp(of: WaitDto): string {
    const timed = `wait.${of.reason}_help_at`
    if ('retry_at' in of.params && te(timed)) return t(timed, params(of.params))
    return t(`wait.${of.reason}_help`, params(of.params))
  }

  function delivery(of: DeliveryDto): string {
    const key = `delivery.${of.state}`
    const photos = { done: of.photo_done_count, total: of.photo_count }
    switch (of.state) {
      case 'waiting':
        return t(key, { reason: of.wait ? wait(of.wait) : '' })
      case 'sending':
        return t(key, {
          what:
            of.photo_done_count === 0
              ? t('delivery.sending_text')
              : t('delivery.sending_photo', photos),
        })
      case 'partial':
        return t(key, photos)
      case 'community':
      case 'street':
      case 'district':
        return t(key, { time: time(of.at, true) })
      case 'unconfirmed':
        return t(key, { level: t(`level.${of.level ?? 'street'}`), span: span(now.value - of.at) })
      case 'returned':
      case 'needs_you':
        return t(key, { reason: of.reason ? code('reason', of.reason) : '' })
      case 'saved':
      case 'newer':
      case 'unsure':
        return t(key)
    }
  }

  function conflict(field: string): string {
    const name = te(`field.${field}`) ? t(`field.${field}`) : field
    return t('delivery.conflict', { field: name })
  }

  /** A row in one breath for a screen reader: 井盖松动，等待发送：没有网络，本机已收，社区未收. */
  function rowLabel(row: CaseRow, title: string): string {
    const rings = row.receipts.map((mark) =>
      t(`receipt.${mark.state}`, { level: t(`level.${mark.level}`) }),
    )
    return [title, t(`work.${row.work}`), delivery(row.delivery), ...rings].join(t('text.comma'))
  }

  return { wait, waitHelp, delivery, conflict, rowLabel }
}
