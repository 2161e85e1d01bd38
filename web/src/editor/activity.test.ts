import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { ActivityMeter, IDLE_MS } from "./activity.ts"

const watching = { visible: true, focused: true }

describe("ActivityMeter", () => {
  it("counts a gap of up to the idle time, and no more of a longer one", () => {
    const meter = new ActivityMeter(0, watching)
    meter.input(IDLE_MS - 1)
    meter.input(10 * IDLE_MS)
    meter.input(10 * IDLE_MS + 5)
    // From opening to the last input of the first stretch plus the idle time; then from the next input on.
    expect(meter.collect(10 * IDLE_MS + 8)).toEqual([
      { from: 0, to: 2 * IDLE_MS - 1 },
      { from: 10 * IDLE_MS, to: 10 * IDLE_MS + 8 },
    ])
  })

  it("stops when the page is hidden or loses the focus, and starts again on return", () => {
    const meter = new ActivityMeter(0, watching)
    meter.setVisible(false, 100)
    meter.input(150)
    meter.setVisible(true, 200)
    meter.setFocused(false, 250)
    meter.setFocused(true, 300)
    expect(meter.collect(400)).toEqual([
      { from: 0, to: 100 },
      { from: 200, to: 250 },
      { from: 300, to: 400 },
    ])
  })

  it("counts nothing during a pause", () => {
    const meter = new ActivityMeter(0, watching)
    meter.setPaused(true, 10)
    meter.input(20)
    expect(meter.isActive(20)).toBe(false)
    meter.setPaused(false, 30)
    expect(meter.collect(40)).toEqual([
      { from: 0, to: 10 },
      { from: 30, to: 40 },
    ])
  })

  it("hands out each stretch once, joined where it goes on", () => {
    const meter = new ActivityMeter(0, watching)
    expect(meter.collect(10)).toEqual([{ from: 0, to: 10 }])
    expect(meter.collect(25)).toEqual([{ from: 10, to: 25 }])
    expect(meter.collect(25)).toEqual([])
  })

  it("never counts more than has passed, never twice, and nothing while away, whatever happens", () => {
    const event = fc.record({
      after: fc.nat(2 * IDLE_MS),
      what: fc.constantFrom("input", "hide", "show", "blur", "focus", "pause", "resume", "collect"),
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const meter = new ActivityMeter(0, watching)
        const away = { hide: false, blur: false, pause: false }
        const awayTimes: [number, number][] = []
        const beats: { from: number; to: number }[] = []
        let now = 0
        for (const { after, what } of events) {
          if (away.hide || away.blur || away.pause) awayTimes.push([now, now + after])
          now += after
          if (what === "hide" || what === "show") away.hide = what === "hide"
          if (what === "blur" || what === "focus") away.blur = what === "blur"
          if (what === "pause" || what === "resume") away.pause = what === "pause"
          if (what === "input") meter.input(now)
          else if (what === "hide" || what === "show") meter.setVisible(!away.hide, now)
          else if (what === "blur" || what === "focus") meter.setFocused(!away.blur, now)
          else if (what === "pause" || what === "resume") meter.setPaused(away.pause, now)
          else beats.push(...meter.collect(now))
        }
        beats.push(...meter.collect(now))
        let last = 0
        for (const { from, to } of beats) {
          expect(from).toBeGreaterThanOrEqual(last)
          expect(to).toBeGreaterThan(from)
          for (const [left, back] of awayTimes) expect(Math.min(to, back) - Math.max(from, left)).toBeLessThanOrEqual(0)
          last = to
        }
        expect(last).toBeLessThanOrEqual(now)
      }),
    )
  })
})
