// Charts are a library of their own, loaded when the first one is shown. Colours come from the tokens of the theme.
import type * as Charts from 'lightweight-charts'
import type { DeepPartial, TimeChartOptions, Time, UTCTimestamp } from 'lightweight-charts'

export type ChartLibrary = typeof Charts
const SEOUL_SECONDS = 9 * 3600

export const loadCharts = (): Promise<ChartLibrary> => import('lightweight-charts')

/** The colour that a token has now, as a canvas needs it. */
export function colourOf(token: string, place: HTMLElement): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${token})`
  place.append(probe)
  const colour = getComputedStyle(probe).color
  probe.remove()
  return colour
}

/** The same colour, seen through. */
export function faded(colour: string, opacity: number): string {
  const parts = colour.match(/[\d.]+/gu) ?? []
  return `rgba(${parts.slice(0, 3).join(', ')}, ${opacity})`
}

/** An instant as charts count it; they know no time zones, so exchange time is written as if it were UTC. */
export function chartTime(instant: string): UTCTimestamp {
  return (Date.parse(instant) / 1000 + SEOUL_SECONDS) as UTCTimestamp
}

/** `2025-10-16` of a session, `2025-10-16 10:05` of a bar. */
export function timeText(time: Time): string {
  if (typeof time === 'string') return time
  if (typeof time === 'number') return new Date(time * 1000).toISOString().slice(0, 16).replace('T', ' ')
  return `${time.year}-${String(time.month).padStart(2, '0')}-${String(time.day).padStart(2, '0')}`
}

export function chartOptions(place: HTMLElement, hasTimes: boolean): DeepPartial<TimeChartOptions> {
  const line = colourOf('--line', place)
  return {
    autoSize: true,
    layout: {
      background: { color: 'transparent' },
      textColor: colourOf('--text-faint', place),
      fontFamily: getComputedStyle(place).fontFamily,
      fontSize: 11,
      panes: { separatorColor: line },
    },
    grid: { vertLines: { visible: false }, horzLines: { color: line } },
    rightPriceScale: { borderVisible: false },
    timeScale: { borderColor: line, minBarSpacing: 0.01, timeVisible: hasTimes, secondsVisible: false },
    crosshair: { mode: 0 },
    handleScale: { axisPressedMouseMove: true, mouseWheel: false },
    handleScroll: { vertTouchDrag: false, mouseWheel: false },
    localization: { timeFormatter: timeText, dateFormat: 'yyyy-MM-dd' },
  }
}
