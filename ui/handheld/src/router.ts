import {
  createRouter,
  createWebHashHistory,
  type RouteRecordRaw,
  type RouterHistory,
} from 'vue-router'
import CasesView from './features/cases/CasesView.vue'
import CaseView from './features/cases/CaseView.vue'
import CheckView from './features/check/CheckView.vue'
import VerifyView from './features/check/VerifyView.vue'
import ClashesView from './features/clashes/ClashesView.vue'
import ClashView from './features/clashes/ClashView.vue'
import ComponentsView from './features/facilities/ComponentsView.vue'
import ComponentView from './features/facilities/ComponentView.vue'
import AddBuildingView from './features/homes/AddBuildingView.vue'
import AddDwellingView from './features/homes/AddDwellingView.vue'
import AddEntranceView from './features/homes/AddEntranceView.vue'
import AccessView from './features/homes/AccessView.vue'
import AddHomeView from './features/homes/AddHomeView.vue'
import AllHomesView from './features/homes/AllHomesView.vue'
import BrowseView from './features/homes/BrowseView.vue'
import CardForm from './features/homes/CardForm.vue'
import HomesView from './features/homes/HomesView.vue'
import HouseholdView from './features/homes/HouseholdView.vue'
import HelpView from './features/help/HelpView.vue'
import MapView from './features/map/MapView.vue'
import MessagesView from './features/messages/MessagesView.vue'
import MeView from './features/me/MeView.vue'
import CoverageView from './features/patrol/CoverageView.vue'
import PatrolView from './features/patrol/PatrolView.vue'
import SummaryView from './features/patrol/SummaryView.vue'
import CarryView from './features/sync/CarryView.vue'
import OutboxView from './features/sync/OutboxView.vue'
import ShiftView from './features/sync/ShiftView.vue'
import ReportView from './features/report/ReportView.vue'
import TodayView from './features/today/TodayView.vue'
import TrackOneView from './features/track/TrackOneView.vue'
import TrackView from './features/track/TrackView.vue'
import VisitView from './features/visit/VisitView.vue'

declare module 'vue-router' {
  interface RouteMeta {
    /** Whether the bar of main screens stands below. */
    hasTabs?: boolean
  }
}

/** A form about one household: its card's path with the form's name behind it. */
function cardForm(form: string, rest = ''): RouteRecordRaw {
  return {
    path: `/homes/card/:id/${form}${rest}`,
    name: `home-${form}`,
    component: CardForm,
    props: ({ params }) => ({ ...params, form }),
  }
}

const homes: RouteRecordRaw[] = [
  { path: '/homes', name: 'homes', component: HomesView },
  { path: '/homes/all', name: 'homes-all', component: AllHomesView },
  { path: '/homes/new', name: 'home-add', component: AddHomeView },
  {
    path: '/homes/browse/:building?/:entrance?',
    name: 'browse',
    component: BrowseView,
    props: true,
  },
  { path: '/homes/add/building', name: 'building-add', component: AddBuildingView },
  {
    path: '/homes/add/entrance/:building',
    name: 'entrance-add',
    component: AddEntranceView,
    props: true,
  },
  {
    path: '/homes/add/dwelling/:building/:entrance?',
    name: 'dwelling-add',
    component: AddDwellingView,
    props: true,
  },
  { path: '/homes/card/:id', name: 'household', component: HouseholdView, props: true },
  { path: '/homes/card/:id/access', name: 'home-access', component: AccessView, props: true },
  { path: '/homes/card/:id/visit', name: 'visit', component: VisitView, props: true },
  cardForm('edit'),
  cardForm('enrol'),
  cardForm('join'),
  cardForm('move'),
  cardForm('move-out'),
  cardForm('person', '/:contact'),
  cardForm('person-add'),
  cardForm('person-move'),
  cardForm('phone', '/:contact/:phone'),
  cardForm('split'),
  { path: '/clashes', name: 'clashes', component: ClashesView },
  { path: '/clashes/:record/:field', name: 'clash', component: ClashView, props: true },
]

/** What belongs to a walk through the grid. */
const field: RouteRecordRaw[] = [
  { path: '/patrol', name: 'patrol', component: PatrolView },
  { path: '/patrol/coverage', name: 'patrol-coverage', component: CoverageView },
  { path: '/patrol/summary', name: 'patrol-summary', component: SummaryView },
  { path: '/components/:code?', name: 'components', component: ComponentsView, props: true },
  { path: '/component/:id', name: 'component', component: ComponentView, props: true },
  { path: '/track', name: 'track', component: TrackView },
  { path: '/track/:id', name: 'track-one', component: TrackOneView, props: true },
  { path: '/map', name: 'map', component: MapView },
]

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'today', component: TodayView, meta: { hasTabs: true } },
  { path: '/cases', name: 'cases', component: CasesView, meta: { hasTabs: true } },
  { path: '/cases/:id', name: 'case', component: CaseView, props: true },
  { path: '/cases/:id/check', name: 'check', component: CheckView, props: true },
  { path: '/cases/:id/verify', name: 'verify', component: VerifyView, props: true },
  ...homes,
  { path: '/report', name: 'report', component: ReportView },
  { path: '/outbox', name: 'outbox', component: OutboxView },
  { path: '/outbox/carry', name: 'carry', component: CarryView },
  { path: '/outbox/shift', name: 'shift', component: ShiftView },
  ...field,
  { path: '/messages', name: 'messages', component: MessagesView },
  { path: '/help', name: 'help', component: HelpView },
  { path: '/me', name: 'me', component: MeView, meta: { hasTabs: true } },
  { path: '/:rest(.*)*', redirect: '/' },
]

export function makeRouter(history: RouterHistory = createWebHashHistory()) {
  return createRouter({ history, routes })
}
