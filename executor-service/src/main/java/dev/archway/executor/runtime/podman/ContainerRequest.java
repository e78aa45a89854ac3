package dev.archway.executor.runtime.podman;

import dev.archway.contract.id.StageKey;
import dev.archway.contract.plan.Placement;
import dev.archway.contract.plan.StepPlan.Run;
import dev.archway.contract.plan.StepPlan.Shell;
import dev.archway.executor.runtime.StepOutputs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A Run step as the container that podman's API is asked to create (its SpecGenerator). Pure. */
final class ContainerRequest {
  /** Where the workspace is in every container, as in Harness. */
  static final String WORKSPACE = "/harness";

  private static final long CPU_PERIOD_MICROS = 100_000;

  private ContainerRequest() {}

  /**
   * The request's body.
   *
   * @param directory the step's folder; what conmon writes goes there
   * @param workspace beside the folders of the stage's volumes
   * @param image full name
   */
  static Map<String, Object> of(
      StageKey key,
      Run step,
      Placement placement,
      String name,
      Path directory,
      Path workspace,
      String image,
      StageNetwork network,
      Map<String, String> environment) {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("name", name);
    request.put("image", image);
    request.put("image_pull_policy", "never");
    Map<String, String> labels = new HashMap<>(labels(key));
    labels.put("dev.archway.step", step.id());
    request.put("labels", labels);
    request.put("env", environment);
    request.put("work_dir", WORKSPACE);
    request.put("conmon_pid_file", directory.resolve("conmon.pid").toString());
    request.put(
        "log_configuration",
        Map.of("driver", "k8s-file", "path", directory.resolve("ctr.log").toString()));
    network.addTo(request);
    List<Map<String, Object>> mounts = new ArrayList<>();
    mounts.add(StageVolumes.bind(workspace, WORKSPACE, "rw"));
    mounts.addAll(StageVolumes.mounts(workspace, placement));
    command(request, mounts, step, directory);
    request.put("mounts", mounts);
    request.put("resource_limits", limits(step));
    security(request, step, placement);
    return request;
  }

  /** Whose it is. */
  static Map<String, String> labels(StageKey key) {
    return Map.of(
        "dev.archway.execution", key.execution().value(),
        "dev.archway.stage", key.stage(),
        "dev.archway.attempt", Integer.toString(key.attempt()));
  }

  private static Map<String, Object> limits(Run step) {
    Map<String, Object> limits = new LinkedHashMap<>();
    Long memory = step.resources().memoryBytes();
    if (memory != null) {
      // As in a pod, nothing beyond the limit goes to swap.
      limits.put("memory", Map.of("limit", memory, "swap", memory));
    }
    Long cpu = step.resources().cpuMillis();
    if (cpu != null) {
      limits.put(
          "cpu", Map.of("period", CPU_PERIOD_MICROS, "quota", cpu * CPU_PERIOD_MICROS / 1000));
    }
    return limits;
  }

  private static void security(Map<String, Object> request, Run step, Placement placement) {
    Placement.SecurityContext context = placement.containerSecurityContext();
    if (privileged(step, placement)) {
      request.put("privileged", true);
    }
    String user = user(step, placement);
    if (user != null) {
      request.put("user", user);
    }
    if (context == null) {
      return;
    }
    request.put("cap_drop", context.dropCapabilities());
    request.put("cap_add", context.addCapabilities());
    if (Boolean.FALSE.equals(context.allowPrivilegeEscalation())) {
      request.put("no_new_privileges", true);
    }
    if (Boolean.TRUE.equals(context.readOnlyRootFilesystem())) {
      request.put("read_only_filesystem", true);
    }
  }

  /** True when the step or its stage asks for a privileged container. */
  static boolean privileged(Run step, Placement placement) {
    Placement.SecurityContext context = placement.containerSecurityContext();
    return step.privileged() || (context != null && Boolean.TRUE.equals(context.privileged()));
  }

  private static @Nullable String user(Run step, Placement placement) {
    Placement.SecurityContext context = placement.containerSecurityContext();
    Long user = step.runAsUser();
    if (user == null && context != null) {
      user = context.runAsUser();
    }
    if (user == null) {
      user = placement.runAsUser();
    }
    if (user == null) {
      return null;
    }
    Long group = context == null ? null : context.runAsGroup();
    return group == null ? user.toString() : user + ":" + group;
  }

  /** Without a command and an entry point of the step's the image's own runs. */
  private static void command(
      Map<String, Object> request, List<Map<String, Object>> mounts, Run step, Path directory) {
    if (!step.entrypoint().isEmpty()) {
      request.put("entrypoint", step.entrypoint());
      return;
    }
    if (step.command() == null) {
      return;
    }
    String script = "/archway/" + scriptName(step.shell());
    mounts.add(StageVolumes.bind(directory.resolve("script"), script, "ro"));
    if (!step.outputs().isEmpty()) {
      mounts.add(StageVolumes.bind(directory.resolve("outputs"), StepOutputs.FOLDER, "rw"));
    }
    List<String> words =
        switch (step.shell()) {
          case SH -> List.of("sh", "-e", script);
          case BASH -> List.of("bash", "-e", script);
          case PYTHON -> List.of("python3", script);
          case POWERSHELL, PWSH -> List.of("pwsh", "-NonInteractive", "-File", script);
        };
    request.put("entrypoint", List.of(words.getFirst()));
    request.put("command", words.subList(1, words.size()));
  }

  private static String scriptName(Shell shell) {
    return switch (shell) {
      case SH, BASH -> "script.sh";
      case PYTHON -> "script.py";
      case POWERSHELL, PWSH -> "script.ps1";
    };
  }
}
