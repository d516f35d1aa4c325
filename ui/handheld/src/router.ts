import {
  createRouter,
  createWebHashHistory,
  type RouteRecordRaw,
  type RouterHistory,
} from 'vue-router'
import CasesView from './features/cases/CasesView.vue'
import CaseView from './features/cases/CaseView.vue'
import CheckView from './features/check/CheckView.vue'
import MeView from './features/me/MeView.vue'
import OutboxView from './features/sync/OutboxView.vue'
import ReportView from './features/report/ReportView.vue'
import TodayView from './features/today/TodayView.vue'

declare module 'vue-router' {
  interface RouteMeta {
    /** Whether the bar of main screens stands below. */
    hasTabs?: boolean
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'today', component: TodayView, meta: { hasTabs: true } },
  { path: '/cases', name: 'cases', component: CasesView, meta: { hasTabs: true } },
  { path: '/cases/:id', name: 'case', component: CaseView, props: true },
  { path: '/cases/:id/check', name: 'check', component: CheckView, props: true },
  { path: '/report', name: 'report', component: ReportView },
  { path: '/outbox', name: 'outbox', component: OutboxView },
  { path: '/me', name: 'me', component: MeView, meta: { hasTabs: true } },
  { path: '/:rest(.*)*', redirect: '/' },
]

export function makeRouter(history: RouterHistory = createWebHashHistory()) {
  return createRouter({ history, routes })
}
