// What starts programs on this machine, and whether it would keep serve running when nobody is logged in.
import type { Finding, Scene } from "./check.ts";
import { ok, warn } from "./check.ts";
import { ask, wordOf } from "./short_command.ts";

const name = "service_manager";

export async function checkService(scene: Scene): Promise<readonly Finding[]> {
  const { processes } = scene.world;
  if (await wordOf(["uname", "-s"], processes) === "Darwin") return [await checkLaunchd(scene)];
  const answer = await ask(["systemctl", "--user", "show", "--property=Version", "--value"], processes);
  if (answer.kind === "answered" && answer.code === 0 && answer.out !== "") {
    return [ok(name, `systemd ${answer.out} of this user`), ...await checkLinger(scene)];
  }
  if (isContainer(scene)) {
    return [ok(name, "a container without one: its restart policy has to keep 'agent-runner serve' running")];
  }
  if (answer.kind === "absent") {
    const found = "no systemd here: nothing starts 'agent-runner serve' again after a restart of the machine";
    return [warn(name, { found, fix: "Have the init system of this machine start it, as this user" })];
  }
  const said = answer.kind === "answered" ? answer.err.split("\n")[0] ?? "" : "no answer";
  return [warn(name, {
    found: `the systemd of this user cannot be reached${said === "" ? "" : `: ${said}`}`,
    fix: "Log in as this user (not by su or sudo), or set XDG_RUNTIME_DIR=/run/user/$(id -u); " +
      "'loginctl enable-linger' starts it at boot",
  })];
}

async function checkLaunchd({ world }: Scene): Promise<Finding> {
  const manager = await wordOf(["launchctl", "managername"], world.processes);
  if (manager === "Aqua") return ok(name, "launchd, in the session of a user who is logged in");
  if (manager === null) {
    return warn(name, { found: "launchd does not answer", fix: "Run 'launchctl managername' by hand" });
  }
  return warn(name, {
    found: `launchd, in the session '${manager}': the keychain of the user may be locked`,
    fix: "Log in on the machine itself, or give the agent a key in [agent.env]",
  });
}

async function checkLinger({ world }: Scene): Promise<readonly Finding[]> {
  const linger = "linger";
  const user = await wordOf(["id", "-un"], world.processes);
  if (user === null || user.includes("/")) return [];
  if (world.files.lstat(`/var/lib/systemd/linger/${user}`) !== null) {
    return [ok(linger, `services of '${user}' run without a login`)];
  }
  return [warn(linger, {
    found: `services of '${user}' end with the last logout`,
    fix: `Run: loginctl enable-linger ${user}`,
  })];
}

function isContainer({ world: { files, host } }: Scene): boolean {
  const environment = host.environment();
  return ["/.dockerenv", "/run/.containerenv"].some((path) => files.lstat(path) !== null) ||
    environment.container !== undefined || environment.KUBERNETES_SERVICE_HOST !== undefined;
}
