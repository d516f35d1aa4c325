/** Whether two moments are on the same day by the device's own calendar. */
export function isToday(time: number, now: number): boolean {
  return new Date(time).toDateString() === new Date(now).toDateString()
}
