import type { Route } from "#routing/router.svelte.ts"
import { route } from "#routing/router.svelte.ts"

/** Every page of the product: its address, its title, and how its code is fetched. */
export const routes: readonly Route[] = [
  route("/sign-in", {
    title: "Sign in",
    frame: "bare",
    for: "anyone",
    load: () => import("#pages/sign-in/SignIn.svelte"),
  }),
  route("/first-start", {
    title: "Set up",
    frame: "bare",
    for: "anyone",
    load: () => import("#pages/first-start/FirstStart.svelte"),
  }),
  route("/invitation", {
    title: "Invitation",
    frame: "bare",
    for: "anyone",
    load: () => import("#pages/invitation/Invitation.svelte"),
  }),
  route("/account", { title: "Account", load: () => import("#pages/account/Account.svelte") }),
  route("/work", { title: "Work", load: () => import("#pages/work/Work.svelte") }),
  route("/label", { title: "Label", frame: "bare", load: () => import("#pages/label/Label.svelte") }),
  route("/label/:assignment", { title: "Label", frame: "bare", load: () => import("#pages/label/Open.svelte") }),
  route("/", { title: "Home", load: () => import("#pages/home/Home.svelte") }),
  route("/projects/:project/explore", { title: "Explore", load: () => import("#pages/explorer/Explorer.svelte") }),
  route("/projects/:project/quality", { title: "Quality", load: () => import("#pages/quality/Quality.svelte") }),
  route("/projects/:project/quality/disagreements", {
    title: "Disagreements",
    load: () => import("#pages/quality/Disagreements.svelte"),
  }),
  route("/projects/:project/quality/confusion", {
    title: "Confusion",
    load: () => import("#pages/quality/ConfusionPage.svelte"),
  }),
  route("/projects/:project/quality/agreement", {
    title: "Agreement",
    load: () => import("#pages/quality/Agreement.svelte"),
  }),
  route("/projects/:project/quality/gold", { title: "Gold", load: () => import("#pages/gold/GoldList.svelte") }),
  route("/projects/:project/quality/gold/new", {
    title: "Make gold",
    load: () => import("#pages/gold/GoldNew.svelte"),
  }),
  route("/projects/:project/quality/gold/:gold", {
    title: "Gold",
    load: () => import("#pages/gold/GoldDetail.svelte"),
  }),
  route("/projects/:project/tasks", { title: "Tasks", load: () => import("#pages/tasks/Tasks.svelte") }),
  route("/projects/:project/tasks/:task", { title: "Task", load: () => import("#pages/tasks/Task.svelte") }),
  route("/projects/:project/tasks/:task/why", { title: "Why", load: () => import("#pages/quality/Inspector.svelte") }),
  route("/projects/:project/questions", { title: "Questions", load: () => import("#pages/tasks/Questions.svelte") }),
  route("/projects/:project/setup", { title: "Setup", load: () => import("#pages/setup/Setup.svelte") }),
  route("/members", { title: "Members", load: () => import("#pages/organisation/Members.svelte") }),
  route("/workforces", { title: "Workforces", load: () => import("#pages/organisation/Workforces.svelte") }),
  route("/workforces/:workforce", { title: "Workforce", load: () => import("#pages/organisation/Workforce.svelte") }),
  route("/keys", { title: "API keys", load: () => import("#pages/organisation/Keys.svelte") }),
  route("/webhooks", { title: "Webhooks", load: () => import("#pages/organisation/Webhooks.svelte") }),
  route("/webhooks/:webhook", { title: "Webhook", load: () => import("#pages/organisation/Webhook.svelte") }),
  route("/organisation", { title: "Settings", load: () => import("#pages/organisation/Settings.svelte") }),
  route("/projects", { title: "Projects", load: () => import("#pages/projects/Projects.svelte") }),
  route("/projects/new", { title: "New project", load: () => import("#pages/projects/NewProject.svelte") }),
  route("/projects/:project", { title: "Project", load: () => import("#pages/project/Project.svelte") }),
  route("/projects/:project/data", { title: "Data", load: () => import("#pages/data/Data.svelte") }),
  route("/projects/:project/exports", { title: "Exports", load: () => import("#pages/exports/Exports.svelte") }),
  route("/design", {
    title: "Design system",
    frame: "bare",
    for: "anyone",
    load: () => import("#pages/design/Design.svelte"),
  }),
]
