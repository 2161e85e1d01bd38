import type { Choice } from "#parts/field.ts"

/** The events that customers wait for; docs/events.md has them all. */
export const eventTypes: readonly Choice[] = [
  { value: "task.done", label: "task.done", hint: "A task has a result" },
  { value: "task.moved", label: "task.moved", hint: "Entered review, sent back, stands still" },
  { value: "tasks.created", label: "tasks.created", hint: "Items became tasks" },
  { value: "assignment.submitted", label: "assignment.submitted", hint: "Somebody handed in an annotation" },
  { value: "review.decided", label: "review.decided", hint: "A reviewer accepted, fixed or rejected" },
  { value: "question.asked", label: "question.asked", hint: "A worker asked the lead" },
  { value: "thread.opened", label: "thread.opened", hint: "Somebody began a comment thread" },
  { value: "thread.answered", label: "thread.answered", hint: "Somebody answered in a thread" },
  { value: "import.finished", label: "import.finished", hint: "An import came to its end" },
  { value: "export.finished", label: "export.finished", hint: "An export came to its end" },
  { value: "project.changed", label: "project.changed", hint: "State, pipeline, priority, workforces" },
]
