package dev.archway.executor.runtime.podman;

import dev.archway.contract.id.StageKey;
import dev.archway.contract.plan.Placement;
import dev.archway.contract.plan.StepPlan.Run;
import dev.archway.contract.plan.StepPlan.Shell;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A Run step as the words of one {@code podman run}. Pure. */
final class PodmanCommand {
  /** Where the workspace is in every container, as in Harness. */
  static final String WORKSPACE = "/harness";

  private PodmanCommand() {}

  /**
   * The command.
   *
   * @param directory the step's folder, which must also be the working directory of the command:
   *     conmon leaves its {@code oom} mark there
   * @param image full name
   * @param environment the container's variables; values with line breaks are inherited by name
   */
  static List<String> run(
      StageKey key,
      Run step,
      Placement placement,
      String name,
      Path directory,
      Path workspace,
      String image,
      String network,
      Map<String, String> environment) {
    List<String> words = new ArrayList<>(List.of("podman", "run", "-d", "--name", name));
    words.addAll(
        List.of(
            "--label", "dev.archway.execution=" + key.execution(),
            "--label", "dev.archway.stage=" + key.stage(),
            "--label", "dev.archway.attempt=" + key.attempt(),
            "--label", "dev.archway.step=" + step.id()));
    words.addAll(
        List.of("--log-driver", "k8s-file", "--log-opt", "path=" + directory.resolve("ctr.log")));
    words.addAll(List.of("--conmon-pidfile", directory.resolve("conmon.pid").toString()));
    words.addAll(List.of("--pull", "never", "--network", network));
    words.addAll(List.of("-v", workspace + ":" + WORKSPACE, "-w", WORKSPACE));
    words.addAll(List.of("--env-file", directory.resolve("environment").toString()));
    new TreeMap<>(environment)
        .forEach((variable, value) -> {
          if (value.contains("\n")) {
            words.addAll(List.of("--env", variable));
          }
        });
    limits(words, step);
    security(words, step, placement);
    entrypoint(words, step, directory, image);
    return List.copyOf(words);
  }

  /** The variables file: one {@code NAME=value} a line, read by podman as it stands. */
  static String environmentFile(Map<String, String> environment) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(environment)
        .forEach((name, value) -> {
          if (!value.contains("\n")) {
            text.append(name).append('=').append(value).append('\n');
          }
        });
    return text.toString();
  }

  private static void limits(List<String> words, Run step) {
    Long memory = step.resources().memoryBytes();
    if (memory != null) {
      words.addAll(List.of("--memory", memory + "b"));
    }
    Long cpu = step.resources().cpuMillis();
    if (cpu != null) {
      words.addAll(List.of("--cpus", "%d.%03d".formatted(cpu / 1000, cpu % 1000)));
    }
  }

  private static void security(List<String> words, Run step, Placement placement) {
    Placement.SecurityContext context = placement.containerSecurityContext();
    if (privileged(step, placement)) {
      words.add("--privileged");
    }
    String user = user(step, placement);
    if (user != null) {
      words.addAll(List.of("--user", user));
    }
    if (context == null) {
      return;
    }
    context.dropCapabilities().forEach(c -> words.addAll(List.of("--cap-drop", c)));
    context.addCapabilities().forEach(c -> words.addAll(List.of("--cap-add", c)));
    if (Boolean.FALSE.equals(context.allowPrivilegeEscalation())) {
      words.addAll(List.of("--security-opt", "no-new-privileges"));
    }
    if (Boolean.TRUE.equals(context.readOnlyRootFilesystem())) {
      words.add("--read-only");
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

  private static void entrypoint(List<String> words, Run step, Path directory, String image) {
    if (step.command() == null) {
      words.add(image);
      return;
    }
    String script = "/archway/" + scriptName(step.shell());
    words.addAll(List.of("-v", directory.resolve("script") + ":" + script + ":ro"));
    List<String> shell =
        switch (step.shell()) {
          case SH -> List.of("sh", "-e", script);
          case BASH -> List.of("bash", "-e", script);
          case PYTHON -> List.of("python3", script);
          case POWERSHELL, PWSH -> List.of("pwsh", "-NonInteractive", "-File", script);
        };
    words.addAll(List.of("--entrypoint", shell.getFirst(), image));
    words.addAll(shell.subList(1, shell.size()));
  }

  private static String scriptName(Shell shell) {
    return switch (shell) {
      case SH, BASH -> "script.sh";
      case PYTHON -> "script.py";
      case POWERSHELL, PWSH -> "script.ps1";
    };
  }
}
