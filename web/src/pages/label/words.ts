/** Why there is nothing to do, in words that say what to do about it. */

export interface Words {
  readonly title: string
  readonly text: string
}

const whys: Readonly<Record<string, Words>> = {
  queue_is_empty: {
    title: "Nothing waits for you right now",
    text: "Everything here is done, or others are at it. New tasks come when data is added or a review sends work back; this page looks again by itself.",
  },
  none_of_this_kind: {
    title: "Nothing of this kind waits for you",
    text: "There may be other work in your list. This page looks again by itself.",
  },
  too_many_open: {
    title: "You have as many tasks open as one person may",
    text: "Finish, skip or give back one of them first. You find them in your work list.",
  },
  you_are_paused: {
    title: "You are paused here",
    text: "Your workforce lead has paused you, so no tasks come. Ask them why and until when.",
  },
  missing_skills: {
    title: "This work needs a skill that you do not have yet",
    text: "The work list says which. Ask your workforce lead how to earn it.",
  },
  no_active_project: {
    title: "No project is open to you",
    text: "Projects appear once a customer starts one with your workforce. Ask your workforce lead if you expected one.",
  },
}

/** The words for a `why` of the server's; an unknown one is shown as it is. */
export const whyEmpty = (why: string | null): Words =>
  whys[why ?? "queue_is_empty"] ?? { title: "There is nothing to do here now", text: (why ?? "").replaceAll("_", " ") }

/** Whether looking again later may help without anybody doing anything. */
export const mayPass = (why: string | null): boolean =>
  why === null || why === "queue_is_empty" || why === "none_of_this_kind" || why === "too_many_open"
