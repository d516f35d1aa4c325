import { useText, type SyncStatus } from '@linli/ui-shared'

/** The words of the strip: left what goes on, right what waits. */
export function useStripText() {
  const { t, ago, time } = useText()

  function left(status: SyncStatus): string {
    switch (status.strip) {
      case 'connected':
        return t('strip.connected', {
          ago: status.last_contact_at === null ? t('strip.never') : ago(status.last_contact_at),
        })
      case 'weak':
        return t('strip.weak')
      case 'offline':
        return t(status.wait?.reason === 'SERVER_DOWN' ? 'strip.server_down' : 'strip.offline')
      case 'sending':
        return t('strip.sending', { done: status.sent_count, total: status.sending_count })
      case 'needs_you':
        return t('strip.needs_you', { n: status.needs_you_count })
    }
  }

  function right(status: SyncStatus): string {
    if (status.waiting_count > 0) return t('strip.waiting', { n: status.waiting_count })
    if (status.last_delivered_at === null) return t('strip.nothing_waits')
    return t('strip.delivered', { time: time(status.last_delivered_at, true) })
  }

  return { left, right }
}
