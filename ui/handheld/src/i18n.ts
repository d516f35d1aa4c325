import { createI18n } from 'vue-i18n'
import sharedEn from '@linli/ui-shared/locales/en.json'
import sharedZh from '@linli/ui-shared/locales/zh-CN.json'
import type { Language } from '@linli/ui-shared'
import en from './locales/en.json'
import zhCN from './locales/zh-CN.json'

/** All texts. zh-CN is the source; a key that English lacks is a failing test, not a fallback. */
export const messages = {
  'zh-CN': { ...sharedZh, ...zhCN },
  en: { ...sharedEn, ...en },
} satisfies Record<Language, Record<string, string>>

export function makeI18n(locale: Language = 'zh-CN') {
  return createI18n({
    legacy: false,
    locale,
    fallbackLocale: 'zh-CN',
    flatJson: true,
    messages,
  })
}
