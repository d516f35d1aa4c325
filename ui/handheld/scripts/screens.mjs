// Every screen with the situation it is looked at in. `act` runs in the browser, step by step, on
// elements found by test id.

const photo = 'photo'

export const screens = [
  { name: 'p1-ticket', scenario: 'unbound' },
  {
    name: 'p1-ticket-wrong',
    scenario: 'unbound',
    act: [
      ['type', 'p1.ticket', 'hello'],
      ['tap', 'p1.next'],
    ],
  },
  {
    name: 'p2-secret',
    scenario: 'unbound',
    act: [
      ['type', 'p1.ticket', 'LINLI1:7KQ2-9FXM-4TBW'],
      ['tap', 'p1.next'],
      ['type', 'p2.secret', 'north gate lamp'],
    ],
  },
  { name: 'p2-confirm', scenario: 'confirming' },
  { name: 'p3-first-sync', scenario: 'first-sync' },
  { name: 'p4-lock', scenario: 'locked' },
  {
    name: 'p4-lock-wrong',
    scenario: 'locked',
    act: [
      ['type', 'p4.secret', 'wrong one'],
      ['tap', 'p4.unlock'],
    ],
  },
  { name: 'p5-today', scenario: 'offline' },
  { name: 'p5-today-end', scenario: 'offline', act: [['end']] },
  { name: 'p5-today-empty', scenario: 'empty' },
  { name: 'p5-today-sending', scenario: 'sending' },
  { name: 'p5-today-needs-you', scenario: 'needs-you' },
  { name: 'p7-report', scenario: 'offline', path: '/report' },
  {
    name: 'p7-report-filled',
    scenario: 'offline',
    path: '/report',
    act: [[photo], [photo], ['tap', 'p7.category.01001'], ['tap', 'p7.urgency.urgent']],
  },
  {
    name: 'p7-report-end',
    scenario: 'offline',
    path: '/report',
    act: [['tap', 'p7.category.01001'], ['tap', 'p7.urgency.urgent'], ['end']],
  },
  { name: 'p7-report-missing', scenario: 'offline', path: '/report', act: [['tap', 'p7.save']] },
  {
    name: 'p7-report-danger',
    scenario: 'offline',
    path: '/report',
    act: [
      ['tap', 'p7.category_more'],
      ['tap', 'p7.category.99001'],
      ['tap', 'p7.urgency.danger'],
      ['end'],
    ],
  },
  { name: 'p7-place', scenario: 'offline', path: '/report', act: [['tap', 'p7.place']] },
  {
    name: 'p7-place-typed',
    scenario: 'offline',
    path: '/report',
    act: [
      ['tap', 'p7.place'],
      ['tap', 'p7.coordinates'],
      ['type', 'p7.lon', '116.43x'],
    ],
  },
  {
    name: 'p8-saved',
    scenario: 'offline',
    path: '/report',
    act: [[photo], ['tap', 'p7.category.06003'], ['tap', 'p7.save'], ['see', 'p8.code']],
  },
  {
    name: 'p8-saved-danger',
    scenario: 'offline',
    path: '/report',
    act: [
      [photo],
      ['tap', 'p7.category_more'],
      ['tap', 'p7.category.99001'],
      ['tap', 'p7.urgency.danger'],
      ['tap', 'p7.save'],
      ['see', 'p8.code'],
    ],
  },
  { name: 'p9-cases', scenario: 'offline', path: '/cases' },
  { name: 'p9-cases-grid', scenario: 'connected', path: '/cases', act: [['tap', 'p9.list.grid']] },
  {
    name: 'p9-cases-none',
    scenario: 'connected',
    path: '/cases',
    act: [['type', 'p9.search', 'ZW']],
  },
  { name: 'p10-case-waiting', scenario: 'offline', path: '/cases/c-cover' },
  { name: 'p10-case-handling', scenario: 'connected', path: '/cases/c-stairs' },
  { name: 'p10-case-handling-end', scenario: 'connected', path: '/cases/c-stairs', act: [['end']] },
  { name: 'p10-case-returned', scenario: 'connected', path: '/cases/c-ramp' },
  { name: 'p10-case-returned-end', scenario: 'connected', path: '/cases/c-ramp', act: [['end']] },
  { name: 'p10-case-unconfirmed', scenario: 'connected', path: '/cases/c-lamp', act: [['end']] },
  { name: 'p10-add', scenario: 'connected', path: '/cases/c-ramp', act: [['tap', 'p10.add']] },
  { name: 'p11-check', scenario: 'connected', path: '/cases/c-fence/check' },
  {
    name: 'p11-check-end',
    scenario: 'connected',
    path: '/cases/c-fence/check',
    act: [['tap', 'p11.condition'], ['tap', 'p11.pass'], ['end']],
  },
  {
    name: 'p11-check-fail',
    scenario: 'connected',
    path: '/cases/c-fence/check',
    act: [['tap', 'p11.fail']],
  },
  { name: 'p15-outbox', scenario: 'offline', path: '/outbox' },
  { name: 'p15-outbox-empty', scenario: 'empty', path: '/outbox' },
  { name: 'p19-me', scenario: 'connected', path: '/me' },
  { name: 'p19-me-end', scenario: 'connected', path: '/me', act: [['end']] },
]
